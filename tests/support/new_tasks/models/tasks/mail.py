"""Mail: the words of a message in, whether somebody wants it out."""

from data.language import Text
from data.text import mail
from models.experiment import OWN_CORPUS, Experiment, Layer, Optimizer, TextSettings
from models.tasks.base import InputKind, Preset, Task, TextOptions, classification

MAIL = Task(
    name="mail",
    kind=InputKind.TEXT,
    title=Text("메일", "Mail"),
    sentence=Text("영어 메일이 스팸인지 알아냅니다.", "Is a message unwanted?"),
    input_shape=(),
    head=classification(2),
    loader=lambda experiment: mail.load(),
    settings=(
        Preset(
            "mail-small",
            Text("작은 망", "Small net"),
            Experiment(
                "mail",
                (Layer(8),),
                Optimizer("adam"),
                epochs=1,
                batch_size=32,
                reading=TextSettings(OWN_CORPUS, "spaces", vocabulary_size=100),
            ),
        ),
    ),
    question=Text("영어로 메일을 써 보세요", "Write a message"),
    texts=TextOptions(
        tokenizers=("spaces",),
        classes=(Text("보통", "wanted"), Text("스팸", "unwanted")),
        examples=("claim your free prize now", "see you at lunch on friday"),
        examples_title=Text("준비된 메일 둘", "Two prepared messages"),
        placeholder=Text("예: see you at noon", "For example: see you at noon"),
        script_example="claim your free prize now",
        form_title=Text("메일 읽기", "Reading"),
    ),
)
