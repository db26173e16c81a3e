package chaos

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/flood"
)

// Telegram makes the platform of a run one that speaks as Telegram does, to the
// real channel.
type Telegram struct {
	// Account is what the replicas are told.
	Account TelegramAccount
	// API is the Bot API. It must take as much as the run makes.
	API http.Handler
	// Person returns somebody new: the number of the chat, and what makes an
	// update of a line, another one each time.
	Person func() (chat string, update func(text string) []byte)
}

// TelegramAccount is a bot as its operator knows it.
type TelegramAccount struct{ Token, Secret string }

const (
	telegramPath   = "/hooks/telegram"
	telegramSecret = "X-Telegram-Bot-Api-Secret-Token" //nolint:gosec // the name of a header, not a secret
)

// openTelegram opens the channel as the program does, but for the pace that the
// real Telegram asks for: a run makes in a second what it allows in half a
// minute.
func openTelegram(replica, platform string, account TelegramAccount, log *slog.Logger) app.ChannelOpener {
	return func(doors app.Doors) (app.Channel, error) {
		c, err := telegram.New(telegram.Config{
			Token: account.Token, Secret: account.Secret, API: platform + "/" + replica, // so that it is known who sent what
			Mode: telegram.Webhook, URL: "https://chaos.invalid" + telegramPath,
			Intake: doors.Direct, Limits: flood.Limits{Burst: 1 << 20}, Log: log,
		})
		if err != nil {
			return app.Channel{}, err
		}
		return app.Channel{
			Lane: delivery.LaneConfig{Lane: c.Lane(), Sender: c, Workers: 32},
			Path: telegramPath, Hook: c, Run: c.Run,
		}, nil
	}
}

// receiveTelegram takes a call of the Bot API.
func (p *Platform) receiveTelegram(w http.ResponseWriter, r *http.Request) {
	replica, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // it was killed in the middle
	}
	r.Body, r.URL.Path = io.NopCloser(bytes.NewReader(body)), "/"+path
	message := strings.HasSuffix(path, "/sendMessage")
	if message && p.dice() < throttledOf {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1","parameters":{"retry_after":1}}`)
		return
	}
	answer := httptest.NewRecorder()
	p.telegram.API.ServeHTTP(answer, r)
	if message && answer.Code == http.StatusOK {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			panic(err) // the Bot API has read it
		}
		unclear := p.dice() < unclearOf
		p.arrive(arrival{Chat: form.Get("chat_id"), Reply: bot.Reply{Text: form.Get("text")}, By: replica, At: time.Now(), Unclear: unclear})
		if unclear {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
	}
	w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
	w.WriteHeader(answer.Code)
	_, _ = answer.Body.WriteTo(w)
}
