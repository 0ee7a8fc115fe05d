"""The partition of a key is the one that every other Kafka client computes."""

from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from chassis.partitioning import hashes_of


@given(st.lists(st.binary(max_size=80)), st.integers(1, 100))
def test_the_partition_is_that_of_the_client_library(keys, count):
    partitions = list(range(count))
    hashes = hashes_of(keys)
    assert hashes.keys() == set(keys)
    for key in keys:
        assert hashes[key] % count == DefaultPartitioner()(key, partitions, partitions)


@given(st.lists(st.binary(min_size=37, max_size=37), min_size=20))
def test_keys_of_one_length_do_not_disturb_each_other(keys):
    assert hashes_of(keys) == {key: hashes_of([key])[key] for key in keys}
