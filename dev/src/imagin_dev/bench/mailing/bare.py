"""A bare sender: messages built by `email`, sent by aiosmtplib."""

import asyncio
from collections.abc import Sequence
from email.message import EmailMessage
from time import perf_counter, process_time
from typing import Any

import aiosmtplib

from imagin_dev.cyclades.teachers import address

_MAILS = 3_000


def send(port: int, connections: int, document: bytes, academies: Sequence[str]) -> dict[str, Any]:
    """In a process of its own, like the notifier."""
    numbers = iter(range(_MAILS))

    async def one() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as smtp:
            for number in numbers:
                message = EmailMessage()
                message["From"] = "no@imagin.invalid"
                message["To"] = address(number, academies[number % len(academies)])
                message["Subject"] = "Convocation"
                message.set_content("Vous êtes convoqué.\n" * 40)
                message.add_attachment(document, maintype="application", subtype="pdf", filename="convocation.pdf")
                message.add_attachment("BEGIN:VCALENDAR\r\n" * 20, subtype="calendar", filename="convocation.ics")
                await smtp.send_message(message)

    async def send_all() -> None:
        await asyncio.gather(*(one() for _ in range(connections)))

    began, cpu = perf_counter(), process_time()
    asyncio.run(send_all())
    seconds, cpu = perf_counter() - began, process_time() - cpu
    rates = {"mails_per_second": round(_MAILS / seconds, 1), "cpu_ms_a_mail": round(cpu / _MAILS * 1000, 2)}
    return {"mails": _MAILS, **rates, "document_octets": len(document)}
