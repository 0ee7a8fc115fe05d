"""The partition of a key is the one that every other Kafka client computes."""

from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from chassis.partitioning import partition_of


@given(st.binary(max_size=80), st.integers(1, 100))
def test_the_partition_is_that_of_the_client_library(key, count):
    partitions = list(range(count))
    assert partition_of(key, count) == DefaultPartitioner()(key, partitions, partitions)
