"use strict";
/* What the page says, in both languages. {name} stands for a value. */
const WORDS = {
  zh: {
    skip: "跳到结果",
    views: "视图",
    search: "搜索",
    space: "地图",
    otherLanguage: "English",
    otherLanguageLabel: "Switch to English",
    queryLabel: "用中文描述要找的图片",
    placeholder: "例如：汽车",
    pickImage: "用一张图片来找",
    go: "搜索",
    parts: "正在找的内容",
    hint: "用逗号隔开几个词，或拖入一张图片，就会把它们合在一起找。",
    results: "找到的图片",
    loadMore: "显示更多",
    like: "找相似",
    likeLabel: "找和“{name}”相似的图片",
    remove: "去掉 {name}",
    image: "图片",
    likePart: "与“{name}”相似",
    score: "相似度 {score}",
    found: "{count} 张图片中最接近的 {shown} 张",
    all: "全部 {count} 张图片，从最接近的排起",
    searching: "正在找……",
    dropHere: "放开，就用这张图片来找",
    tokenLabel: "这个服务需要口令：",
    tokenGo: "继续",
    legend: "类别（按下可隐藏）",
    otherCategory: "未分类",
    spaceAbout: "图片和文字在模型空间里的位置：前两个主成分，占全部差异的 {share}%。{images} 张图片（圆点），{texts} 段文字（菱形）。",
    spaceKeys: "拖动或方向键移动，滚轮或 + − 缩放，0 复位；点一个点，就找和它相似的图片。",
    mapLabel: "图片和文字的分布图",
    errorOffline: "连不上服务。它可能已经停了；重新启动之后再试一次。",
    errorBusy: "现在请求太多，请过几秒再试。",
    errorLate: "等了太久还没有结果，请再试一次。",
    errorLarge: "图片太大了，请换一张小一些的。",
    errorImage: "这个文件打不开，它可能坏了。请用 JPEG、PNG、GIF 或 BMP 图片。",
    errorNoImage: "这不是图片。请拖入 JPEG、PNG、GIF 或 BMP 图片。",
    errorNothing: "这个服务没有可以搜索的图片。启动时请加上 --images 图片文件夹。",
    errorLong: "文字太长了，请写短一些。",
    errorToken: "口令不对。",
    errorOther: "服务出错了，请再试一次。（{message}）",
    factVersion: "版本",
    factParameters: "参数",
    factEmbedding: "向量维数",
    factImages: "图片",
    factRecallAt1: "测试集首位命中",
    factRecallAt10: "前十命中",
    factCheckpoint: "检查点",
    factPrecision: "精度",
    factGraph: "近似搜索召回"
  },
  en: {
    skip: "Skip to the results",
    views: "Views",
    search: "Search",
    space: "Map",
    otherLanguage: "中文",
    otherLanguageLabel: "切换到中文",
    queryLabel: "Describe the pictures in Chinese",
    placeholder: "for example 汽车 (car)",
    pickImage: "Search by a picture",
    go: "Search",
    parts: "What is looked for",
    hint: "Several words, divided by commas, or a picture dropped here are looked for together.",
    results: "Pictures found",
    loadMore: "Show more",
    like: "More like this",
    likeLabel: "More like “{name}”",
    remove: "Remove {name}",
    image: "picture",
    likePart: "like “{name}”",
    score: "similarity {score}",
    found: "the {shown} nearest of {count} pictures",
    all: "all {count} pictures, the nearest first",
    searching: "Searching …",
    dropHere: "Let go to search by this picture",
    tokenLabel: "This server asks for a token:",
    tokenGo: "Go on",
    legend: "Categories (press to hide)",
    otherCategory: "no category",
    spaceAbout: "Where pictures and texts lie in the model's space: the first two principal components, {share}% of all variance. {images} pictures (dots), {texts} texts (diamonds).",
    spaceKeys: "Drag or arrow keys move, the wheel or + − zooms, 0 shows all; click a point to find pictures like it.",
    mapLabel: "Map of pictures and texts",
    errorOffline: "The server does not answer. It may have ended; start it again, then try once more.",
    errorBusy: "There are too many requests just now. Try again in a few seconds.",
    errorLate: "It took too long. Please try again.",
    errorLarge: "This picture is too large. Please take a smaller one.",
    errorImage: "This file cannot be opened; it may be damaged. Please use a JPEG, PNG, GIF or BMP picture.",
    errorNoImage: "This is no picture. Please drop a JPEG, PNG, GIF or BMP file.",
    errorNothing: "This server has no pictures to search. Start it with --images FOLDER.",
    errorLong: "The text is too long. Please write less.",
    errorToken: "The token is not right.",
    errorOther: "Something went wrong on the server. Please try again. ({message})",
    factVersion: "version",
    factParameters: "parameters",
    factEmbedding: "embedding",
    factImages: "pictures",
    factRecallAt1: "test R@1",
    factRecallAt10: "R@10",
    factCheckpoint: "checkpoint",
    factPrecision: "precision",
    factGraph: "graph recall@10"
  }
};

let language = localStorage.getItem("language")
  || (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

function words(key, values) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (whole, name) => values[name]);
}

function applyWords() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-words]")) {
    element.textContent = words(element.dataset.words);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", words(element.dataset.label));
  }
  for (const element of document.querySelectorAll("[data-title]")) {
    element.title = words(element.dataset.title);
  }
  for (const element of document.querySelectorAll("[data-placeholder]")) {
    element.placeholder = words(element.dataset.placeholder);
  }
}
