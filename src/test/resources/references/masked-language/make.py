"""Writes this folder's files: a tiny BertForMaskedLM of transformers, its loss and gradients."""
import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForMaskedLM

torch.manual_seed(5)
config = BertConfig(
    vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
    intermediate_size=24, max_position_embeddings=12,
    hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
model = BertForMaskedLM(config).train()
with torch.no_grad():
    for parameter in model.parameters():
        parameter.add_(0.1 * torch.randn_like(parameter))
input_ids = torch.tensor([[2, 9, 14, 30, 3, 0], [2, 7, 21, 8, 33, 3]])
masked_ids = torch.tensor([[2, 4, 14, 30, 3, 0], [2, 7, 35, 8, 33, 3]])
attention_mask = (input_ids != 0).long()
hidden = torch.tensor([[0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 1, 0]])
labels = torch.where(hidden == 1, input_ids, torch.tensor(-100))
output = model(input_ids=masked_ids, attention_mask=attention_mask, labels=labels)
output.loss.backward()
tensors = {k: v.detach().clone() for k, v in model.named_parameters()}
save_file({k.removeprefix("bert."): v.contiguous() for k, v in tensors.items()}, "model.safetensors")
save_file({k: v.float() for k, v in dict(
    input_ids=input_ids, masked_ids=masked_ids, attention_mask=attention_mask, hidden=hidden).items()},
    "inputs.safetensors")
save_file({"loss": output.loss.detach().reshape(1)}, "outputs.safetensors")
save_file({k.removeprefix("bert."): v.grad.contiguous() for k, v in model.named_parameters()
           if v.grad is not None}, "gradients.safetensors")
