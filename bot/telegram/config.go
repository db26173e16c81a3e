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
	"github.com/doithoai/doithoai/internal/vietnamese"
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

// Lease lets one of several servers do something.
type Lease interface {
	// Hold takes or renews the lease of that name for ttl; held is false while
	// it is another's.
	Hold(ctx context.Context, name string, ttl time.Duration) (held bool, err error)
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
	Lease Lease
	// Media opens what is to be sent besides text. Nil: only its description is sent.
	Media Media
	// Rooms says which groups are ours; from all others nothing is taken. Nil: none is.
	Rooms func(chat int64) bool
	// Start says what the payload of a link https://t.me/bot?start=… does: the
	// payload of a button. Anybody can make such a link up. Nil: nothing.
	Start func(payload string) (press string, known bool)
	// Flood bounds what one resident can make us do.
	Flood Flood
	// Count raises a counter; nothing is counted if nil.
	Count func(name string)
	// Log gets what an operator must know; discarded if nil.
	Log *slog.Logger
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Client makes all requests; one of our own if nil.
	Client *http.Client
}

// Flood says how much one resident may write.
type Flood struct {
	Burst int           // at once; 20 if 0
	Every time.Duration // and one in this time after that; 3 s if 0
	// Text is sent once when it becomes too much; a plain one if empty.
	Text string
}

// floodText is what a resident reads if the operator has set nothing else.
const floodText = "Tin gửi hơi dồn dập nên trợ lý chưa đọc kịp. Cô bác đợi một phút rồi nhắn lại giúp."

var (
	tokenForm  = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)
	secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{16,256}$`)
)

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
		if u, err := url.Parse(c.URL); err != nil || u.Host == "" || u.Scheme != "https" && !local(u) {
			fault("public_url: chế độ webhook cần địa chỉ https:// mà Telegram gọi tới được. Chưa có thì đặt telegram.mode: polling")
		} else if p := u.Port(); p != "" && p != "443" && p != "80" && p != "88" && p != "8443" && !local(u) {
			fault("public_url: Telegram chỉ gọi cổng 443, 80, 88 hoặc 8443, không gọi cổng %s", p)
		}
		if !secretForm.MatchString(c.Secret) {
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

// local addresses are for trying things out.
func local(u *url.URL) bool {
	return u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost")
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
	if c.Flood.Burst <= 0 {
		c.Flood.Burst = 20
	}
	if c.Flood.Every <= 0 {
		c.Flood.Every = 3 * time.Second
	}
	if c.Flood.Text == "" {
		c.Flood.Text = floodText
	}
	c.Flood.Text = vietnamese.Compose(c.Flood.Text)
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
		c.Client = newClient()
	}
	return c
}
