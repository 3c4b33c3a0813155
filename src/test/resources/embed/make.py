"""Writes vocab.txt, the images, pairs.csv and expected.safetensors of this folder.

The model is that of ../references/transformers-chinese-clip; transformers 5.24.0 and Pillow 13.0.0
read the files and make the embeddings.
"""

import csv

import numpy
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import BertTokenizer, ChineseCLIPImageProcessorPil, ChineseCLIPModel

TEXTS = ["一只红色的猫", "两只狗 running fast", "UNKNOWN 字", "大大的海"]

words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"一只红色的猫两狗大海", "run", "##ning", "fast"]
words += [f"word{i}" for i in range(390 - len(words))]
with open("vocab.txt", "w") as file:
    file.write("\n".join(words) + "\n")

random = numpy.random.default_rng(5)
with open("pairs.csv", "w") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["text", "image_path"])
    for i, text in enumerate(TEXTS):
        size = (10 + 9 * i, 24)
        coarse = Image.fromarray(random.integers(0, 256, (4, 4, 4), dtype=numpy.uint8), "RGBA")
        coarse.resize(size, Image.NEAREST).convert("RGBA" if i else "RGB").save(f"{i}.png")
        rows.writerow([text, f"{i}.png"])

model = ChineseCLIPModel.from_pretrained("../references/transformers-chinese-clip").eval()
images = ChineseCLIPImageProcessorPil(size={"height": 16, "width": 16}, do_center_crop=False)(
    [Image.open(f"{i}.png") for i in range(len(TEXTS))], return_tensors="pt")
texts = BertTokenizer.from_pretrained(".")(TEXTS, padding=True, return_tensors="pt")
print(texts["input_ids"])
with torch.no_grad():
    made = model(**texts, **images)
save_file({k: made[k] for k in ("image_embeds", "text_embeds")}, "expected.safetensors")
