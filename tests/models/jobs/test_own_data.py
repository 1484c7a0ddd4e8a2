"""Own data of every kind is trained on this machine and on a cluster, for its owner only."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from data.dataset import Dataset
from models.events import End, State
from models.network.epoch_record import read_record
from models.network.weights import read_network
from models.tasks.catalogue import OWN_DATA as FILE
from models.tasks.own_task import own_task_bytes
from tests.support.cluster import open_cluster
from tests.support.lab import OWNER, Lab, open_lab
from tests.support.own_data import OWN_DATA, quick, refusal
from tests.support.polling import until

every_kind = pytest.mark.parametrize("dataset", OWN_DATA.values(), ids=OWN_DATA)


@pytest.fixture(scope="module", params=["local", "cluster"])
def lab(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("runs")
    if request.param == "local":
        with open_lab(folder, slots=1) as lab:
            yield lab
        return
    with (
        open_cluster(tmp_path_factory.mktemp("cluster"), workers=1) as cluster,
        open_lab(folder, slots=1, cluster=cluster.address) as lab,
    ):
        yield lab


def end(lab: Lab, run_id: str) -> End:
    until(lambda: lab.run(run_id).is_over, 60)
    end = lab.store.outline(run_id).end
    assert end
    return end


@every_kind
def test_its_owner_trains_it_and_on_when_the_task_is_gone(dataset: Dataset, lab: Lab) -> None:
    catalogue = lab.store.catalogue
    task = catalogue.add(OWNER, "내 데이터", dataset, "spaces")
    run_id = lab.submit(quick(task))
    assert end(lab, run_id).state is State.DONE
    catalogue.remove(OWNER, task.name)
    lab.scheduler.train_on(OWNER, run_id, 1)
    until(lambda: lab.run(run_id).epoch == 2, 60)
    assert end(lab, run_id).state is State.DONE
    run, network = lab.run(run_id), read_network(lab.store.folder(run_id))
    assert lab.store.task_of(run).title == task.title and network.task.head == task.head
    record = read_record(
        lab.store.folder(run_id), len(dataset.y_test), len(dataset.classes), len(network.kernels)
    )
    assert list(record.answers) == [1, 2] and record.layers
    assert set(run.test or {}) == {"loss"} | ({"accuracy"} if dataset.classes else {"mse", "mae"})


@every_kind
def test_to_another_owner_it_does_not_exist(dataset: Dataset, lab: Lab) -> None:
    task = lab.store.catalogue.add(OWNER, "내 데이터", dataset, "spaces")
    foreign = refusal(lab.scheduler.submit, "bob", quick(task))
    unknown = refusal(lab.scheduler.submit, "bob", quick(task).changed(task="own-unknown"))
    assert foreign.replace(task.name, "own-unknown") == unknown
    assert lab.store.runs("bob") == []


def test_data_that_is_damaged_ends_the_run_with_a_sentence(lab: Lab) -> None:
    catalogue, dataset = lab.store.catalogue, OWN_DATA["apples"]
    task = catalogue.add(OWNER, "Apples", dataset)
    changed = replace(dataset, y_train=dataset.y_train + 1)
    run = lab.store.create(OWNER, quick(task))
    file = lab.store.folder(run.id) / FILE
    file.unlink()
    file.write_bytes(own_task_bytes("Apples", changed)[0])
    lab.scheduler.take_up([run])
    ended = end(lab, run.id)
    assert ended.state is State.FAILED and ended.error and "damaged" in ended.error.en
