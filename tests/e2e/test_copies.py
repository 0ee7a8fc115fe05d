"""What `imagin doctor` says of the copies of our topics, on three brokers of which one dies."""

from imagin_ops import parts, topics
from imagin_ops.connections import NoAnswer
from testkit.eventually import eventually
from testkit.parts.cluster import KafkaCluster


async def test_a_copy_that_its_dead_broker_had_is_told(tmp_path):
    async with KafkaCluster(tmp_path) as cluster:
        connection = {"bootstrap_servers": cluster.bootstrap.split(",")}

        async def whole():
            return await parts.copies(connection) is None

        async def late():
            try:
                return await parts.copies(connection)
            except NoAnswer:  # the dead one was asked: it is a member until its session is over
                return None

        await topics.apply(connection)
        await eventually(whole, because="each partition has its three copies")
        cluster.nodes[2].kill()
        said = await eventually(late, timeout=60, because="the broker is missed")
        assert said.startswith("copies en retard : ")
        assert said.count(" 2 sur 3") == 3
        assert "autre(s)" in said
