#!/bin/sh
# Makes the CSV files of this folder from data/emoji; the same files each time. Run it here.
set -e
export LC_ALL=C
emoji=../emoji

# Every fourth emoji, by its name; the pictures stay where they are.
awk -F, 'NR > 1 && NR % 4 == 0 {print $1}' $emoji/emoji.csv > chosen.tmp
pick() { # FILE: the first row of each picture of the chosen emoji, which is its name
  awk -F, 'NR == FNR {chosen[$1]; next}
    FNR > 1 {id = $2; sub(/.*\//, "", id); sub(/\.png\r?$/, "", id)}
    FNR > 1 && id in chosen && !($2 in seen) {seen[$2]; print $1 ",../emoji/" $2}' chosen.tmp "$1" | tr -d "\r"
}
header='text,image_path'
pick $emoji/train.csv > pairs.tmp
{ echo "$header"; cat pairs.tmp; } > pairs.csv
{ echo "$header"; pick $emoji/test.csv; } > test.csv

# The captions of all rows, dealt out anew.
cut -d, -f1 pairs.tmp | shuf --random-source=$emoji/emoji.csv > captions.tmp
cut -d, -f2 pairs.tmp > pictures.tmp
{ echo "$header"; paste -d, captions.tmp pictures.tmp; } > shuffled.csv

# The category in the place of the name.
awk -F, 'BEGIN {split("表情,人物,动物,食物,旅行,活动,物品,符号,旗帜", chinese, ",")
    split("Smileys & Emotion,People & Body,Animals & Nature,Food & Drink,Travel & Places,Activities,Objects,Symbols,Flags", english, ",")
    for (i in english) name[english[i]] = chinese[i]; name["Component"] = "人物"}
  NR == FNR {if (FNR > 1) category[$1] = name[$5]; next}
  {id = $2; sub(/.*\//, "", id); sub(/\.png\r?$/, "", id); print category[id] "," $2}' \
  $emoji/emoji.csv pairs.tmp > repeated.tmp
{ echo "$header"; cat repeated.tmp; } > repeated-captions.csv

# One picture for all.
first=$(head -1 pictures.tmp)
{ echo "$header"; awk -F, -v one="$first" '{print $1 "," one}' pairs.tmp; } > one-image.csv

rm -f ./*.tmp
