"""Migration 0140 on closings that were received before it, among them what jsonb refuses."""

import asyncpg

from chassis.migration import of_service


async def test_each_closing_received_gets_its_name_or_its_number_where_it_cannot_be_read(database):
    db = await database("mission_import")
    [up] = [one.up for one in of_service("mission_import") if one.version == "0140"]
    connection = await asyncpg.connect(db.admin_url)
    try:
        await connection.execute("ALTER TABLE cloture_recue DROP COLUMN etablissement")
        bodies = [
            b'{"etablissement":{"nom":"LYCEE"}}',
            b'{"etablissement":{"nom":"LYCEE"},"inconnu":"\\u0000"}',
            b'{"etablissement":{"nom":"LYCEE"},"inconnu":1e999999}',
            b"\xff",
            b"",
        ]
        statement = """
        INSERT INTO cloture_recue (cloture, revision, ce_id, contenu, etat, uai)
        VALUES ('c', $1, '', $2, 'REFUSEE', 'u')
        """
        await connection.executemany(statement, list(enumerate(bodies)))
        await connection.execute(up)
        rows = await connection.fetch("SELECT etablissement FROM cloture_recue ORDER BY revision")
        assert [row["etablissement"] for row in rows] == ["LYCEE", "u", "u", "u", "u"]
    finally:
        await connection.close()
