#!/bin/sh
# Lệnh của người vận hành: sudo doithoai doctor, sudo doithoai outbox …
# Installed as /usr/local/bin/doithoai. Runs the program as the service does: the
# same account, settings and secrets; another account would leave files in the
# data folder that the service cannot read.
set -eu
if [ "$(id -u)" != 0 ]; then
	echo "Gõ có sudo ở trước: sudo doithoai $*" >&2
	exit 1
fi
settings=/etc/doithoai/doithoai.env
if [ -r "$settings" ]; then
	set -a
	. "$settings"
	set +a
fi
exec runuser -u doithoai -- /opt/doithoai/current/doithoai --config /etc/doithoai/doithoai.yaml "$@"
