"""How the embedded server is configured. An operator's own choices go in by ALTER SYSTEM, which is read last."""

import pwd
from pathlib import Path

INCLUDE = "include 'oms.conf'\n"

SETTINGS = """\
# Written anew at every start. Change the server with ALTER SYSTEM, which is read after this file.
# No TCP: whoever may use the server can enter the directory of its socket.
listen_addresses = ''
port = 5432
unix_socket_directories = '"{socket_dir}"'
unix_socket_permissions = 0700
max_connections = 120
shared_buffers = 256MB
max_wal_size = 2GB
# The data of a shop fits in memory or lies on an SSD; compiling short queries costs more than it saves.
random_page_cost = 1.1
jit = off
# Survives the end of the login session and the small /dev/shm of a container.
dynamic_shared_memory_type = mmap
timezone = 'UTC'
log_timezone = 'UTC'
log_lock_waits = on
# A week of logs: one file per weekday, begun anew when the day comes round again.
logging_collector = on
log_directory = '{log_dir}'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_line_prefix = '%m [%p] %q%u@%d '
"""

# The kernel tells the server who is on the other end of the socket. Only the owner of the data and root come in,
# and they may take any role: they could read the files anyway. So there is no password to keep, lose or leak; "trust"
# would need none either, but would let in whoever gets hold of the socket through a wrong directory mode.
AUTHENTICATION = "local all all peer map=oms\n"
WHO_MAY_CONNECT = 'oms "{user}" all\noms root all\n'


def files(*, socket_dir: Path, log_dir: Path, user: pwd.struct_passwd) -> dict[str, str]:
    """The configuration files of a server, by name."""
    return {
        "oms.conf": SETTINGS.format(socket_dir=_quoted(socket_dir), log_dir=_quoted(log_dir)),
        "pg_hba.conf": AUTHENTICATION,
        "pg_ident.conf": WHO_MAY_CONNECT.format(user=user.pw_name),
    }


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
