package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/flood"
	"github.com/doithoai/doithoai/internal/outbound"
	"github.com/doithoai/doithoai/internal/upkeep"
	"github.com/doithoai/doithoai/internal/vietnamese"
	"github.com/doithoai/doithoai/internal/webhook"
)

// Name is the name of this channel in a [bot.ChatID].
const Name = "telegram"

// Intake takes one message of a resident.
type Intake interface {
	// Handle returns nil when m is saved, or is safe to come by another way: the
	// update is acknowledged then. With an error it is not, and comes again. The
	// error must not quote m.
	Handle(ctx context.Context, m bot.Message) error
}

// Mode is how updates come.
type Mode string

// The modes.
const (
	Polling Mode = "polling" // we ask Telegram; needs no address of our own
	Webhook Mode = "webhook" // Telegram calls us at Config.URL
)

// DefaultAPI is Telegram's own server. An operator may run the same program nearer by.
const DefaultAPI = "https://api.telegram.org"

// Config is what [New] needs.
type Config struct {
	Token string // of @BotFather; required
	API   string // base address of the Bot API; DefaultAPI if empty
	Mode  Mode   // Polling if empty
	// URL is the address at which Telegram reaches the channel's handler, and
	// Secret what it has to bring along. Both required with Webhook.
	URL    string
	Secret string
	// Connections is how many webhook calls Telegram may make at once, 1 to 100; 40 if 0.
	Connections int
	// Account names the bot in a [bot.ChatID]; "main" if empty.
	Account string

	// Intake takes what residents send; required.
	Intake Intake
	// Lease lets one server at a time poll; nil if there is one server.
	Lease upkeep.Lease
	// Media opens what is to be sent besides text. Nil: only its description is sent.
	Media Media
	// Rooms says which groups are ours; from all others nothing is taken. Nil: none is.
	Rooms func(chat int64) bool
	// Start says what the payload of a link https://t.me/bot?start=… does: the
	// payload of a button. Anybody can make such a link up. Nil: nothing.
	Start func(payload string) (press string, known bool)
	// Labels stand in the menu of the bot; a command without one is left out.
	Labels Labels
	// Flood is said once to whom writes too much at a time; nothing is if it is
	// empty. Limits say what is too much.
	Flood  string
	Limits flood.Limits
	// BodyTime is how long a webhook call's body may take to arrive; 10 s if 0.
	BodyTime time.Duration
	// Count raises a counter; nothing is counted if nil.
	Count func(name string)
	// Log gets what an operator must know; discarded if nil.
	Log *slog.Logger
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Client makes all requests; one of our own if nil.
	Client *http.Client
}

// Labels are what residents read beside the commands, at most 256 characters each.
type Labels struct {
	Start, Menu, Officer, Forget string
}

var tokenForm = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)

// Validate returns every fault of the settings with what to do about it, in
// Vietnamese, joined.
func (c Config) Validate() error {
	c = c.withDefaults()
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	switch {
	case c.Token == "":
		fault("telegram.token: chưa có. Vào Telegram, nhắn /newbot cho @BotFather rồi chép mã bot vào đây")
	case !tokenForm.MatchString(c.Token):
		fault("telegram.token: không đúng dạng 123456789:ABC…. Chép lại nguyên mã từ @BotFather, không có dấu cách")
	}
	if u, err := url.Parse(c.API); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || strings.ContainsAny(c.API, "%?#") {
		fault("telegram.api: không phải địa chỉ https://…. Bỏ trống để dùng %s", DefaultAPI)
	}
	switch c.Mode {
	case Polling:
	case Webhook:
		if !webhook.ValidURL(c.URL) {
			fault("public_url: chế độ webhook cần địa chỉ https:// mà Telegram gọi tới được. Chưa có thì đặt telegram.mode: polling")
		} else if p := closedPort(c.URL); p != "" {
			fault("public_url: Telegram chỉ gọi cổng 443, 80, 88 hoặc 8443, không gọi cổng %s", p)
		}
		if !webhook.ValidSecret(c.Secret) {
			fault("telegram.secret: cần 16 đến 256 ký tự A-Z a-z 0-9 _ -. Tạo bằng lệnh: openssl rand -hex 32")
		}
		if c.Connections < 1 || c.Connections > 100 {
			fault("telegram.connections: phải từ 1 đến 100")
		}
	default:
		fault("telegram.mode: chỉ nhận polling hoặc webhook")
	}
	return errors.Join(faults...)
}

// closedPort returns the port of an address if Telegram calls none such.
func closedPort(address string) string {
	u, err := url.Parse(address)
	if err != nil || webhook.Local(u) {
		return ""
	}
	switch u.Port() {
	case "", "443", "80", "88", "8443":
		return ""
	}
	return u.Port()
}

func (c Config) withDefaults() Config {
	if c.API == "" {
		c.API = DefaultAPI
	}
	c.API = strings.TrimRight(c.API, "/")
	if c.Mode == "" {
		c.Mode = Polling
	}
	if c.Account == "" {
		c.Account = "main"
	}
	if c.Connections == 0 {
		c.Connections = 40
	}
	if c.BodyTime <= 0 {
		c.BodyTime = bodyTime
	}
	c.Flood = vietnamese.Compose(c.Flood)
	if c.Rooms == nil {
		c.Rooms = func(int64) bool { return false }
	}
	if c.Count == nil {
		c.Count = func(string) {}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Client == nil {
		c.Client = outbound.NewClient()
	}
	return c
}
