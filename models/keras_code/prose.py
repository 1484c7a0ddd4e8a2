"""What a cell is for, in the lecture's words."""

from data.language import Text

PROSE = {
    "imports": Text("필요한 것을 불러옵니다.", "What the program needs."),
    "load": Text(
        "데이터를 읽습니다. 이 프로그램 옆에 랩에서 내려받은 파일이 있으면 그 파일을 씁니다.",
        "The data. Where the lab's file lies beside this program, it is taken.",
    ),
    "cut": Text(
        "훈련에 쓸 행을 고릅니다. 나머지는 검증에 쓰거나 쓰지 않습니다.",
        "Which rows train; what is left validates or is not used.",
    ),
    "scale": Text(
        "입력을 비슷한 크기로 맞춥니다. 기준은 훈련 데이터에서만 구합니다.",
        "Inputs of a similar size. The figures come from the training rows alone.",
    ),
    "morphemes": Text("리뷰를 형태소로 자릅니다.", "Reviews are cut into morphemes."),
    "vocabulary": Text(
        "훈련 리뷰에 가장 자주 나온 단어에 번호를 붙입니다.",
        "The most frequent words of the training reviews get an index each.",
    ),
    "vectors": Text(
        "리뷰 하나가 0과 1로 된 벡터 하나가 됩니다. 단어가 나오면 그 자리가 1입니다.",
        "A review becomes a vector of zeros and ones: 1 at the place of each word in it.",
    ),
    "network": Text(
        "네트워크를 만듭니다. 시드를 정해 두면 처음 가중치가 늘 같습니다.",
        "The network. With a seed its first weights are always the same.",
    ),
    "summary": Text(
        "파라미터 수는 층마다 입력 × 유닛 + 유닛입니다.",
        "Parameters of a layer: inputs × units + units.",
    ),
    "compile": Text(
        "옵티마이저와 손실 함수를 정합니다.", "The optimizer, and the loss that it makes smaller."
    ),
    "fit": Text(
        "학습합니다. 한 에폭마다 훈련 데이터를 한 번 다 봅니다.",
        "Training. An epoch is once through all training rows.",
    ),
    "curves": Text("손실이 에폭마다 어떻게 바뀌었는지 그립니다.", "The loss of each epoch, drawn."),
    "evaluate": Text(
        "처음 보는 시험 데이터로 평가합니다.",
        "How good it is on test rows, which it has never seen.",
    ),
    "predict": Text("시험 데이터 하나를 예측해 봅니다.", "The answer for one test row."),
    "compare": Text(
        "랩에서 나온 결과와 비교합니다. 시드에 따라 이만큼은 다를 수 있습니다.",
        "Compared with what the lab reached; another seed may differ by as much as the bound.",
    ),
}
