"""Lesson files: those of the lab are complete, every mistake in another is named by its line."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.events import Epoch, History, State
from models.experiment import Optimizer
from models.lessons.catalogue import load_lessons
from models.lessons.figures import RUN_FIGURES, TIE, answers, winner
from models.lessons.lesson import Kind, Lesson
from models.runs.run import Run
from models.tasks import built_in, presets
from models.toml_lines import key_lines, line_of

BUNDLED = Path(__file__).parents[3] / "app/lessons"
NAMES = ("housing-sgd", "housing-rmsprop", "housing-adam", "mnist", "fashion-mnist", "sentiment")
GOOD = """\
task = "boston"
title = { ko = "내 수업", en = "Mine" }

[runs.small]
title = { ko = "작게", en = "small" }
preset = "housing-adam"
set.epochs = 5
set.optimizer.learning_rate = 0.01

[runs.large]
title = { ko = "크게", en = "large" }
preset = "housing-sgd"

[runs.large.set]
batch_size = 32
layers = [{ units = 128 }]

[[steps]]
kind = "guess"
title = { ko = "하나", en = "one" }
question = { ko = "몇 개?", en = "How many?" }
answer = "parameters"
choices = [5121, 9000]

[steps.text]
ko = \"\"\"
여러 줄
kind = "no key, only text"
\"\"\"
en = "One line."

[[steps]]
kind = "run"
title = { ko = "둘", en = "two" }
text = { ko = "글", en = "text" }
runs = ["small", "large"]

[[steps]]
kind = "compare"
title = { ko = "셋", en = "three" }
text = { ko = "글", en = "text" }
figures = ["test_mse", "best_epoch"]
"""


def line(source: str, part: str) -> int:
    return source[: source.index(part)].count("\n") + 1


def load(folder: Path, **sources: str) -> tuple[dict[str, Lesson], list[str]]:
    """Write files by name and read them; return lessons by name and problems in English."""
    for name, source in sources.items():
        (folder / f"{name}.toml").write_text(source, encoding="utf-8")
    lessons, problems = load_lessons([folder])
    return {lesson.name: lesson for lesson in lessons}, [problem.text.en for problem in problems]


def test_the_lab_has_the_six_lessons_of_the_lecture_in_its_order() -> None:
    lessons, problems = load_lessons([BUNDLED])
    assert problems == () and tuple(lesson.name for lesson in lessons) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_of_the_lab_looks_guesses_runs_and_compares(name: str) -> None:
    lesson = next(lesson for lesson in load_lessons([BUNDLED])[0] if lesson.name == name)
    kinds = [step.kind for step in lesson.steps]
    assert 3 <= len(kinds) <= 6 and set(kinds) == set(Kind)
    assert kinds[0] is Kind.LOOK and kinds[-1] is Kind.COMPARE
    assert kinds.index(Kind.GUESS) < kinds.index(Kind.RUN)
    assert lesson.runs[0].experiment == presets()[name]
    assert "~" not in "".join(step.text.ko + step.text.en for step in lesson.steps)


def test_a_good_file_says_what_it_says(tmp_path: Path) -> None:
    lessons, problems = load(tmp_path, mine=GOOD)
    assert problems == []
    small, large = lessons["mine"].trained
    assert small.experiment.epochs == 5
    assert small.experiment.optimizer == Optimizer("adam", learning_rate=0.01)
    assert [layer.units for layer in large.experiment.layers] == [128]
    assert large.experiment.optimizer == presets()["housing-sgd"].optimizer
    first = lessons["mine"].steps[0]
    assert first.question and first.question.choices == (5121, 9000)
    assert first.question.run == "small" and first.text.ko.startswith("여러 줄")


def test_a_later_folder_replaces_a_lesson_and_a_missing_folder_is_empty(tmp_path: Path) -> None:
    (tmp_path / "mnist.toml").write_text(GOOD, encoding="utf-8")
    lessons, problems = load_lessons([BUNDLED, tmp_path, tmp_path / "none"])
    assert problems == () and len(lessons) == len(NAMES)
    assert next(each for each in lessons if each.name == "mnist").task == "boston"


def test_a_rehearsal_trains_on_fewer_rows() -> None:
    lessons, _ = load_lessons([BUNDLED], train_size=300)
    assert {run.experiment.train_size for lesson in lessons for run in lesson.runs} == {300}
    assert tuple(lesson.name for lesson in lessons) == NAMES


MISTAKES = [
    ("a word", 'task = "boston"', "task = boston", "task =", "not valid TOML"),
    ("an open quote", 'en = "One line."', 'en = "One line.', 'en = "One line.', "not valid TOML"),
    (
        "twice",
        "[runs.large]\n",
        "[runs.small]\n",
        '[runs.small]\ntitle = { ko = "크게"',
        "not valid TOML",
    ),
    ("no such task", 'task = "boston"', 'task = "chess"', "task =", "'chess'"),
    ("two seeds", 'task = "boston"', 'task = "boston"\nseeds = 2', "seeds =", "number of seeds 2"),
    ("words for seeds", 'task = "boston"', 'task = "boston"\nseeds = "3"', "seeds =", "'seeds'"),
    ("no title", 'title = { ko = "내 수업", en = "Mine" }\n', "", "task =", "'title'"),
    ("a field too much", "set.epochs", "colour = 1\nset.epochs", "colour", "'colour'"),
    ("no such preset", '"housing-adam"', '"housing-adamw"', "housing-adamw", "'housing-adamw'"),
    ("a foreign preset", '"housing-adam"', '"mnist"', '"mnist"', "task boston"),
    ("out of range", "set.epochs = 5", "set.epochs = 501", "set.epochs", "epochs: 501"),
    ("not a number", "= 0.01", '= "fast"', "set.optimizer.learning", "learning_rate: 'fast'"),
    ("a foreign setting", "learning_rate = 0.01", "rho = 0.5", "set.optimizer.rho", "'rho'"),
    ("no such setting", "batch_size = 32", "batch = 32", "batch = 32", "'batch'"),
    ("another task", "batch_size = 32", 'task = "mnist"', 'task = "mnist"', "'task'"),
    ("too large", "{ units = 128 }", ", ".join(6 * ["{ units = 1024 }"]), "layers =", "5,000,000"),
    ("a bad kind", 'kind = "run"', 'kind = "jump"', '"jump"', "'jump'"),
    ("no answer", 'answer = "parameters"\n', "", "[[steps]]", "'answer'"),
    ("no such answer", '"parameters"', '"weights"', '"weights"', "'weights'"),
    ("a figure of others", '"test_mse"', '"test_accuracy"', "figures =", "'test_accuracy'"),
    ("no such run", '"large"]', '"huge"]', '"huge"]', "'huge'"),
    ("no runs", '["small", "large"]', "[]", "runs = []", "'runs'"),
    (
        "no translation",
        '{ ko = "하나", en = "one" }',
        '{ ko = "하나" }',
        '{ ko = "하나" }',
        "in en",
    ),
    ("an empty one", 'en = "One line."', 'en = " "', 'en = " "', "in en"),
    ("a French one", 'en = "One line."', 'en = "x"\nfr = "y"', "fr =", "'fr'"),
    (
        "no text",
        'text = { ko = "글", en = "text" }\nruns',
        "runs",
        '[[steps]]\nkind = "run"',
        "'text'",
    ),
    ("words to choose", "[5121, 9000]", '["few", "many"]', '["few", "many"]', "'choices'"),
    ("one to choose", "[5121, 9000]", "[5121]", "[5121]", "'choices'"),
    ("own choices", 'answer = "parameters"', 'answer = "winner"', "choices =", "winner"),
]


@pytest.mark.parametrize(
    ("old", "new", "at", "told"), [case[1:] for case in MISTAKES], ids=[c[0] for c in MISTAKES]
)
def test_a_mistake_is_named_with_its_line_and_the_others_load(
    old: str, new: str, at: str, told: str, tmp_path: Path
) -> None:
    wrong = GOOD.replace(old, new, 1)
    lessons, problems = load(tmp_path, good=GOOD, wrong=wrong)
    assert list(lessons) == ["good"]
    (problem,) = problems
    assert problem.startswith(f"Lesson file wrong.toml, line {line(wrong, at)}: ")
    assert told in problem


def test_every_mistake_of_a_file_is_told(tmp_path: Path) -> None:
    wrong = GOOD.replace("set.epochs = 5", "set.epochs = 0").replace('"run"', '"jump"')
    _, problems = load(tmp_path, wrong=wrong.replace('"test_mse"', '"luck"'))
    assert len(problems) == 3


def test_an_answer_that_no_step_trains_for_is_named(tmp_path: Path) -> None:
    asks = GOOD.replace("choices = [5121, 9000]\n", "")
    untrained = asks.replace('"parameters"', '"test_mse"').replace(
        '["small", "large"]', '["large"]'
    )
    alone = asks.replace('"parameters"', '"winner"').replace('["small", "large"]', '["large"]')
    _, problems = load(tmp_path, alone=alone, untrained=untrained)
    assert [problem.partition(": ")[0] for problem in problems] == [
        f"Lesson file alone.toml, line {line(alone, 'answer =')}",
        f"Lesson file untrained.toml, line {line(untrained, 'answer =')}",
    ]


def test_a_file_that_is_no_text_or_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'task = "boston"\ntitle = "caf\xe9"\n')
    (tmp_path / "folder.toml").mkdir()
    _, problems = load(tmp_path)
    assert problems[0] == "Lesson file folder.toml: It is a folder. Name a file in it."
    assert problems[1].startswith("Lesson file latin.toml, line 2: ") and "UTF-8" in problems[1]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949"])
def test_a_file_is_read_as_notepad_and_powershell_save_it(encoding: str, tmp_path: Path) -> None:
    source = GOOD.replace("\n", "\r\n").encode(encoding)
    (tmp_path / "mine.toml").write_bytes(source)
    lessons, problems = load(tmp_path)
    assert not problems and lessons["mine"].title.ko == "내 수업"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (f"task = {'[' * 5_000}", "nested deeper"),
        (f"task = {'[' * 30}{']' * 30}", "nested deeper"),
        (f"{'a.' * 2_000}a = 1", "nested deeper"),
        (GOOD.replace("epochs = 5", f"layers{'.a' * 2_000} = 1"), "nested deeper"),
        (GOOD.replace("epochs = 5", "epochs = 0x" + "f" * 20_000), "a number that cannot be used"),
        (GOOD.replace("epochs = 5", "epochs = " + "9" * 5_000), "a number that cannot be used"),
        (GOOD.replace("[5121, 9000]", "[nan, 9000]"), "a number that cannot be used"),
        (GOOD.replace("[5121, 9000]", "[5121, inf]"), "a number that cannot be used"),
        ("\0" * 100, "a binary file"),
        ("#" * (2**20 + 1), "too large: at most 1 MB"),
    ],
)
def test_what_no_lesson_holds_is_one_sentence(source: str, told: str, tmp_path: Path) -> None:
    lessons, problems = load(tmp_path, good=GOOD, wrong=source)
    assert list(lessons) == ["good"] and len(problems) == 1
    assert told in problems[0] and len(problems[0]) < 300


TOML = st.recursive(
    st.sampled_from(["true", "nan", "-inf", "0x10", "1e9", "1979-05-27", "07:32:00", '"x"', "''"])
    | st.integers().map(str),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda values: f"[{', '.join(values)}]")
        | st.dictionaries(st.sampled_from(["ko", "en", "name", "units"]), inner, max_size=3).map(
            lambda values: f"{{ {', '.join(f'{key} = {value}' for key, value in values.items())} }}"
        )
    ),
    max_leaves=5,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_whatever_stands_in_a_file_it_is_a_lesson_or_sentences(
    tmp_path: Path, data: st.DataObject
) -> None:
    lines = GOOD.splitlines()
    at = data.draw(st.sampled_from([i for i, each in enumerate(lines) if " = " in each]))
    lines[at] = f"{lines[at].split(' = ')[0]} = {data.draw(TOML)}"
    lessons, problems = load(tmp_path, any="\n".join(lines))
    assert bool(lessons) is not bool(problems)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=60), st.integers(0, len(GOOD)))
def test_any_bytes_are_a_lesson_or_sentences(tmp_path: Path, junk: bytes, place: int) -> None:
    source = GOOD.encode()
    (tmp_path / "any.toml").write_bytes(source[:place] + junk + source[place + len(junk) :])
    lessons, problems = load(tmp_path)
    assert bool(lessons) is not bool(problems)


def test_the_line_of_a_number_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    wrong = GOOD.replace("set.epochs = 5", "set.epochs = nan")
    _, problems = load(tmp_path, wrong=wrong)
    assert problems[0].startswith(f"Lesson file wrong.toml, line {line(wrong, 'set.epochs')}: ")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("", "line 1: The field 'task'"),
        ('task = "boston"\nruns = 3\nsteps = []', "line 2: 'runs' must be a table"),
        ('task = "boston"\n[runs]\na = 1\n[[steps]]', "line 3: 'runs.a' must be a table"),
        ('task = "boston"\nsteps = [1]\n[runs.a]', "line 2: 'steps.0' must be a table"),
        ('task = "boston"\n[runs.a]\n', "line 1: The field 'steps'"),
    ],
)
def test_a_file_of_another_shape_is_named(source: str, told: str, tmp_path: Path) -> None:
    _, problems = load(tmp_path, wrong=source)
    assert len(problems) == 1 and told in problems[0]


def test_the_lines_of_keys_are_found_through_tables_and_long_texts() -> None:
    lines = key_lines(GOOD)
    assert lines["runs", "small", "set", "epochs"] == line(GOOD, "set.epochs")
    assert lines["steps", "1", "kind"] == line(GOOD, 'kind = "run"')
    assert line_of(("steps", "0", "text", "en"), lines) == line(GOOD, 'en = "One line."')
    assert line_of(("steps", "1", "title", "ko"), lines) == line(GOOD, 'title = { ko = "둘"')


def run(task: str, test: dict[str, float] | None) -> Run:
    return Run("id", "owner", task, built_in(task).default, State.DONE, 0.0, test=test)


def test_the_winner_has_the_lowest_error_or_the_highest_accuracy() -> None:
    boston, mnist = built_in("boston"), built_in("mnist")
    errors = {"a": [run("boston", {"mse": 20.0})], "b": [run("boston", {"mse": 12.0})]}
    shares = {"a": [run("mnist", {"accuracy": 0.9})], "b": [run("mnist", {"accuracy": 0.8})]}
    assert winner(boston, errors) == "b" and winner(mnist, shares) == "a"
    assert winner(boston, {"a": [run("boston", None)]}) is None
    assert winner(boston, {**errors, "c": [run("boston", None)]}) == "b"


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([11.0, 12.0, 14.0], [20.0, 21.0, 19.0], "a"),
        ([11.0, 12.0, 14.0], [13.9, 21.0, 19.0], TIE),
        ([11.0], [11.0], TIE),
        ([22.0, 15.0], [14.0], "b"),
    ],
)
def test_nobody_wins_while_the_seeds_of_the_best_overlap_with_those_of_another(
    a: list[float], b: list[float], expected: str
) -> None:
    runs = {
        name: [run("boston", {"mse": error}) for error in errors]
        for name, errors in (("a", a), ("b", b))
    }
    assert winner(built_in("boston"), runs) == expected


def test_each_run_of_a_lesson_has_as_many_seeds_as_its_file_says(tmp_path: Path) -> None:
    lessons, problems = load(tmp_path, three=f"seeds = 3\n{GOOD}", one=GOOD)
    assert problems == []
    small = lessons["three"].run("small").experiment
    assert [each.seed for each in lessons["three"].experiments("small")] == [0, 1, 2]
    assert {each.changed(seed=0) for each in lessons["three"].experiments("small")} == {small}
    assert lessons["one"].experiments("small") == (small,)


def test_a_run_without_epochs_has_no_figures_and_one_with_them_has_all() -> None:
    empty = run("mnist", None)
    names = [name for name in RUN_FIGURES if name in answers(built_in("mnist"))]
    assert {RUN_FIGURES[name].read(empty, History()) for name in names} == {None}
    epochs = (Epoch(1, 0.5, 0.8, 0.4, 0.85, 1.0, 1), Epoch(2, 0.2, 0.9, 0.6, 0.8, 1.0, 1))
    history = History(epochs=epochs)
    values = {name: RUN_FIGURES[name].read(empty, history) for name in names}
    assert values["lower_loss"] == "training" and values["best_loss"] == 0.4
    assert values["train_accuracy"] == 90 and values["train_loss"] == 0.2
