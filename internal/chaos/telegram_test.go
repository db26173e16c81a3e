package chaos_test

import (
	"flag"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/internal/chaos"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

var (
	telegramRate   = flag.Int("tgrate", 100, "updates a second of the run on Telegram")
	telegramFaults = flag.Int("tgfaults", 6, "how many things are broken in that run")
	telegramRest   = flag.Duration("tgrest", 2*time.Second, "rest between two of them, on average; what waited meanwhile comes on top of the rate")
)

// telegramPause is between two messages of one person.
const telegramPause = 4 * time.Second

// P2 and P3 on the real channel of Telegram, by webhook: three replicas over one
// Redis that syncs every write.
func TestChaosTelegram(t *testing.T) {
	t.Parallel()
	account := chaos.TelegramAccount{Token: "123456:chaos", Secret: "0123456789abcdef"}
	fake := tgfake.New(tgfake.Options{Token: account.Token, Load: true})
	t.Cleanup(fake.Close)
	server := redistest.Single(t, redistest.Fsync("always"))
	v := storm(t, chaos.Plan{
		Replicas: 3, Store: chaos.Store{Redis: server.URL(), Faults: redisFaults(t, server)},
		Telegram: &chaos.Telegram{Account: account, API: fake, Person: func() (string, func(string) []byte) {
			p := fake.Person("Sáu")
			return p.ID(), p.Update
		}},
		Chats: *telegramRate * int(telegramPause/time.Second), Pause: telegramPause,
		Faults: *telegramFaults, Between: *telegramRest,
	})
	seconds := v.Talked.Seconds()
	t.Logf("%.0f updates a second offered and %.0f accepted, for %.0f s", float64(v.Offered)/seconds, float64(v.Accepted)/seconds, seconds)
}
