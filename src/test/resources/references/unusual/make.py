"""Writes the folders beside it: tiny random models of transformers in forms that are seldom met.

python make.py   (transformers 5.24.0, PyTorch 2.15.0)
"""

import pathlib

import torch
from safetensors.torch import save_file
from transformers import (
    ChineseCLIPConfig,
    ChineseCLIPModel,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    ViTConfig,
    ViTModel,
)

HERE = pathlib.Path(__file__).parent
RANDOM = torch.Generator().manual_seed(5)


def randomise(model):
    for name, parameter in model.named_parameters():
        if name != "logit_scale":
            scale = parameter.new_tensor(1.0 if parameter.dim() < 2 else parameter[0].numel() ** -0.5)
            parameter.data = torch.randn(parameter.shape, generator=RANDOM) * scale
    return model.eval()


def write(name, model, inputs, outputs):
    folder = HERE / name
    model.save_pretrained(folder)
    save_file(inputs, folder / "inputs.safetensors")
    save_file({k: v.detach().clone().contiguous() for k, v in outputs.items()}, folder / "outputs.safetensors")


def pixels(size):
    return torch.randn(3, 3, size, size, generator=RANDOM)


def encoder(**more):
    return dict(hidden_size=8, num_attention_heads=2, num_hidden_layers=1, intermediate_size=12, **more)


def chinese_clip():
    """Pixels of another size than the table's, which the patch does not divide; no mask; one segment."""
    config = ChineseCLIPConfig(
        vision_config=encoder(image_size=8, patch_size=4),
        text_config=encoder(
            vocab_size=30, max_position_embeddings=9, type_vocab_size=1, hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0),
        projection_dim=6)
    model = randomise(ChineseCLIPModel(config))
    inputs = dict(pixel_values=pixels(13), input_ids=torch.randint(0, 30, (3, 5), generator=RANDOM))
    inputs["input_ids"][1:, 3:] = 0
    out = model(**inputs, return_loss=True, interpolate_pos_encoding=True)
    out.loss.backward()
    write("chinese-clip", model, inputs, dict(
        image_embeds=out.image_embeds, text_embeds=out.text_embeds, loss=out.loss.reshape(1)))
    save_file(
        {n: p.grad.contiguous() for n, p in model.named_parameters()},
        HERE / "chinese-clip/gradients.safetensors")


def towers():
    vit = randomise(ViTModel(ViTConfig(**encoder(image_size=8, patch_size=4, pooler_output_size=5))))
    image = pixels(8)
    out = vit(pixel_values=image)
    write("vit-with-pooler", vit, dict(pixel_values=image), dict(
        last_hidden_state=out.last_hidden_state, pooler_output=out.pooler_output))
    vision = randomise(CLIPVisionModelWithProjection(CLIPVisionConfig(**encoder(
        image_size=8, patch_size=4, projection_dim=6))))
    out = vision(pixel_values=image)
    write("clip-vision-with-projection", vision, dict(pixel_values=image), dict(
        image_embeds=out.image_embeds, last_hidden_state=out.last_hidden_state))
    text = randomise(CLIPTextModel(CLIPTextConfig(**encoder(
        vocab_size=30, max_position_embeddings=7, bos_token_id=28, eos_token_id=29))))
    ids = torch.randint(0, 28, (3, 7), generator=RANDOM)
    ids[:, 0], ids[0, 3], ids[1, 6], ids[2, 2] = 28, 29, 29, 29
    out = text(input_ids=ids)
    write("clip-text", text, dict(input_ids=ids), dict(
        last_hidden_state=out.last_hidden_state, pooler_output=out.pooler_output))


chinese_clip()
towers()
