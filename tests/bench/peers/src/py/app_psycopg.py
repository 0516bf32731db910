"""FastAPI + psycopg 3.

PEER_MODE=perreq  a sync connection opened and closed per request,
                  called from `async def` endpoints
PEER_MODE=pool    AsyncConnectionPool, autocommit, psycopg's own prepared statements
"""
import os
from uuid import uuid4

import psycopg
from fastapi import FastAPI, HTTPException
from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row

from model import BUSINESS, SELECT_LIST, Count, Page, WellIn, WellOut, WellPatch, as_dict
from typing import List

MODE = os.environ.get("PEER_MODE", "pool")
PER_WORKER = max(1, int(os.environ.get("DB_POOL", "16")) // int(os.environ.get("WORKERS", "2")))
USER = "bench"

GET_SQL = f"SELECT {SELECT_LIST} FROM wells WHERE api10 = %s AND NOT is_deleted"
PAGE_SQL = (f"SELECT {SELECT_LIST} FROM wells WHERE oileur > %s AND NOT is_deleted "
            "ORDER BY api10 LIMIT %s")
INS_SQL = (f"INSERT INTO wells ({', '.join(BUSINESS)}, record_uuid, is_deleted, inserted_at, inserted_by) "
           f"VALUES ({', '.join(['%s'] * 9)}, %s, false, now(), %s)")
PATCH_SQL = ("UPDATE wells SET oileur = %s, gaseur = %s, updated_at = now(), updated_by = %s "
             f"WHERE api10 = %s AND NOT is_deleted RETURNING {SELECT_LIST}")
DEL_SQL = ("UPDATE wells SET is_deleted = true, deleted_at = now(), deleted_by = %s, updated_at = now(), "
           "updated_by = %s WHERE api10 = %s AND NOT is_deleted")

app = FastAPI()


def values(w: WellIn):
    d = as_dict(w)
    return [d[c] for c in BUSINESS] + [uuid4(), USER]


if MODE == "perreq":
    from contextlib import contextmanager

    @contextmanager
    def session():
        conn = psycopg.connect()
        try:
            yield conn
            conn.commit()
        except Exception:
            conn.rollback()
            raise
        finally:
            conn.close()

    async def one(sql, args):
        with session() as conn, conn.cursor(row_factory=dict_row) as cur:
            cur.execute(sql, args)
            return cur.fetchone()

    async def many(sql, args):
        with session() as conn, conn.cursor(row_factory=dict_row) as cur:
            cur.execute(sql, args)
            return cur.fetchall()

    async def count(sql, args):
        with session() as conn, conn.cursor() as cur:
            cur.execute(sql, args)
            return cur.rowcount

    async def bulk(sql, rows):
        with session() as conn, conn.cursor() as cur:
            cur.executemany(sql, rows)
else:
    from psycopg_pool import AsyncConnectionPool

    pool: AsyncConnectionPool = None

    @app.on_event("startup")
    async def _start():
        global pool
        pool = AsyncConnectionPool("", min_size=PER_WORKER, max_size=PER_WORKER, open=False,
                                   kwargs={"autocommit": True, "prepare_threshold": 2})
        await pool.open()
        await pool.wait()

    @app.on_event("shutdown")
    async def _stop():
        await pool.close()

    async def one(sql, args):
        async with pool.connection() as conn, conn.cursor(row_factory=dict_row) as cur:
            await cur.execute(sql, args)
            return await cur.fetchone()

    async def many(sql, args):
        async with pool.connection() as conn, conn.cursor(row_factory=dict_row) as cur:
            await cur.execute(sql, args)
            return await cur.fetchall()

    async def count(sql, args):
        async with pool.connection() as conn, conn.cursor() as cur:
            await cur.execute(sql, args)
            return cur.rowcount

    async def bulk(sql, rows):
        async with pool.connection() as conn, conn.transaction(), conn.cursor() as cur:
            await cur.executemany(sql, rows)


@app.get("/wells/{api10}", response_model=WellOut)
async def get_well(api10: int):
    row = await one(GET_SQL, (api10,))
    if row is None:
        raise HTTPException(404, f"no well {api10}")
    return row


@app.get("/wells", response_model=Page)
async def list_wells(oileur_gt: float = 0.0, limit: int = 100):
    rows = await many(PAGE_SQL, (oileur_gt, min(limit, 1000)))
    return {"data": rows, "count": len(rows)}


@app.post("/wells", response_model=WellOut, status_code=201)
async def create_well(well: WellIn):
    try:
        return await one(INS_SQL + f" RETURNING {SELECT_LIST}", values(well))
    except UniqueViolation:
        raise HTTPException(409, "api10 exists")


@app.post("/wells/batch", response_model=Count, status_code=201)
async def create_wells(wells: List[WellIn]):
    try:
        await bulk(INS_SQL, [values(w) for w in wells])
    except UniqueViolation:
        raise HTTPException(409, "api10 exists")
    return {"count": len(wells)}


@app.patch("/wells/{api10}", response_model=WellOut)
async def patch_well(api10: int, p: WellPatch):
    row = await one(PATCH_SQL, (p.oileur, p.gaseur, USER, api10))
    if row is None:
        raise HTTPException(404, f"no well {api10}")
    return row


@app.delete("/wells/{api10}", response_model=Count)
async def delete_well(api10: int):
    n = await count(DEL_SQL, (USER, USER, api10))
    if n == 0:
        raise HTTPException(404, f"no well {api10}")
    return {"count": n}
