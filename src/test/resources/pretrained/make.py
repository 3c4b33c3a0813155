"""Makes the files in this folder: python make.py (PyTorch 2.15.0, safetensors 0.8.0)."""
import torch
from safetensors.torch import save_file

torch.manual_seed(5)
base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8 - 1


def weights():
    return {
        "plain": base.clone(),
        "transposed": base.t(),
        "part": base[1:3, 2:5],
        "every-other": base.flatten()[1::2],
        "repeated": base[0, :1].expand(1),
        "parameter": torch.nn.Parameter(torch.tensor([1.5, -2.5])),
        "scalar": torch.tensor(2.6592),
        "empty": torch.zeros(0, 3),
        "half": torch.tensor([1.0, -0.5, 65504.0, 6e-8, float("inf")], dtype=torch.float16),
        "bfloat": torch.tensor([1.0, -0.5, 3.140625, 1e38], dtype=torch.bfloat16),
        "double": torch.tensor([0.1, -1e300], dtype=torch.float64),
        "long": torch.tensor([1, -(2**40)], dtype=torch.int64),
        "int": torch.tensor([7, -8], dtype=torch.int32),
        "short": torch.tensor([300, -300], dtype=torch.int16),
        "char": torch.tensor([100, -100], dtype=torch.int8),
        "byte": torch.tensor([200, 0], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
    }


save_file({k: v.detach().contiguous() for k, v in weights().items()}, "types.safetensors")
torch.save(weights(), "types.pt")
torch.save(weights(), "types-legacy.pt", _use_new_zipfile_serialization=False)

module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
parallel = {"module." + k: v for k, v in module.state_dict().items()}
torch.save({"epoch": 3, "lr": 0.1, "state_dict": parallel, "optimizer": {"state": {0: {"step": 1}}}},
           "training.pt")
torch.save(module.state_dict(), "state-dict.pt")  # an OrderedDict with _metadata
torch.save(module.state_dict(), "state-dict-legacy.pt", _use_new_zipfile_serialization=False)
