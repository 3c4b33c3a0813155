"""Writes this folder's files: losses and gradients that PyTorch works out in float64."""
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(11)
N, D = 6, 5
inputs, outputs = {}, {}


def leaf(name, tensor):
    inputs[name] = tensor.float()
    return tensor.clone().requires_grad_()


def keep(name, loss, **leaves):
    loss.backward()
    outputs[name + ".loss"] = loss.detach().float().reshape(1)
    for key, tensor in leaves.items():
        outputs[name + "." + key] = tensor.grad.float()


image = leaf("image", F.normalize(torch.randn(N, D, dtype=torch.float64), dim=1))
text = leaf("text", F.normalize(torch.randn(N, D, dtype=torch.float64), dim=1))
scale = leaf("scale", torch.tensor([7.0], dtype=torch.float64))
logits = scale * image @ text.T
own = torch.arange(N)
keep("smoothed", (F.cross_entropy(logits, own, label_smoothing=0.2)
                  + F.cross_entropy(logits.T, own, label_smoothing=0.2)) / 2,
     image=image, text=text, scale=scale)

learner = leaf("learner", torch.randn(N, D, dtype=torch.float64))
target = leaf("target", torch.randn(N, D, dtype=torch.float64))
keep("cosine", F.cosine_embedding_loss(learner, target.detach(), torch.ones(N)), learner=learner)
learner = leaf("learner", inputs["learner"].double())
keep("squared", F.mse_loss(learner, target.detach()), learner=learner)

student = leaf("student", F.normalize(torch.randn(N, D, dtype=torch.float64), dim=1))
teacher = F.normalize(torch.randn(N, D, dtype=torch.float64), dim=1)
inputs["teacher"] = teacher.float()
scale = leaf("scale", torch.tensor([7.0], dtype=torch.float64))
soft = (teacher @ teacher.T / 0.1).softmax(1)
logits = scale * student @ teacher.T
keep("similarity", (F.cross_entropy(logits, soft) + F.cross_entropy(logits.T, soft)) / 2,
     student=student, scale=scale)

views = leaf("views", F.normalize(torch.randn(2 * N, D, dtype=torch.float64), dim=1))
logits = (views @ views.T / 0.5).masked_fill(torch.eye(2 * N, dtype=torch.bool), -torch.inf)
keep("views", F.cross_entropy(logits, torch.arange(2 * N).roll(N)), views=views)

save_file(inputs, "inputs.safetensors")
save_file(outputs, "outputs.safetensors")
