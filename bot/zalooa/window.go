package zalooa

import (
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// DefaultFreeMessages is how many messages may follow each of a resident's by the
// older of Zalo's rules; by the newer ones any number may.
const DefaultFreeMessages = 8

// Window returns what Zalo lets through after the last thing a resident did
// towards the account – a message, a follow, a press in its menu: two days free
// of charge, freeMessages at most (0: any number), then at the price of the
// account's package up to seven days, then nothing (-230). See
// https://developers.zalo.me/docs/official-account.
func Window(freeMessages int) record.Window {
	return record.Window{Free: 48 * time.Hour, FreeMessages: freeMessages, Total: 7 * 24 * time.Hour}
}
