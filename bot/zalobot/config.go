package zalobot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
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
const Name = "zalo-bot"

// Intake takes one message of a resident.
type Intake interface {
	// Handle returns nil when m is saved or spooled. With an error it is not: it
	// is handed over again where that is possible. The error must not quote m.
	Handle(ctx context.Context, m bot.Message) error
}

// PublicMedia gives our own copies of pictures and voice an address from which
// Zalo fetches them.
type PublicMedia interface {
	// URL returns the address of what is kept under key and its media type. An
	// error that is [fs.ErrNotExist] says that it is gone for good, any other that
	// it may work later.
	URL(ctx context.Context, key string) (url string, kind string, err error)
}

// Mode is how updates come.
type Mode string

// The modes.
const (
	Polling Mode = "polling" // we ask; a message in flight may be lost, so for trying things out
	Webhook Mode = "webhook" // Zalo calls us at Config.URL
)

// DefaultAPI is the platform's own server.
const DefaultAPI = "https://bot-api.zaloplatforms.com"

// Config is what [New] needs.
type Config struct {
	Token string // what «Zalo Bot Creator» sent; required
	API   string // base address; DefaultAPI if empty
	Mode  Mode   // Polling if empty
	// URL is the address at which Zalo reaches the channel's handler, and Secret
	// what it has to bring along. Both required with Webhook.
	URL    string
	Secret string
	// Account names the bot in a [bot.ChatID]; "main" if empty.
	Account string

	// Intake takes what residents send; required.
	Intake Intake
	// Lease lets one server at a time poll; nil if there is one server.
	Lease upkeep.Lease
	// Media gives addresses to what is to be sent besides text. Nil: only its
	// description is sent.
	Media PublicMedia
	// Flood is said once to whom writes too much at a time; nothing is if it is
	// empty. Limits say what is too much.
	Flood  string
	Limits flood.Limits
	// Choose is the line over a numbered list; required.
	Choose string
	// BodyTime is how long a webhook call's body may take to arrive; 10 s if 0.
	BodyTime time.Duration
	// Late is how old a message is whose own date says that it was kept
	// somewhere for too long; 48 h if 0.
	Late time.Duration
	// Count raises a counter; nothing is counted if nil.
	Count func(name string)
	// Log gets what an operator must know; discarded if nil.
	Log *slog.Logger
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Client makes all requests; one of our own if nil.
	Client *http.Client
}

var tokenForm = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_.~-]+$`)

// Validate returns every fault of the settings with what to do about it, in
// Vietnamese, joined.
func (c Config) Validate() error {
	c = c.withDefaults()
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	switch {
	case c.Token == "":
		fault("zalo_bot.token: chưa có. Mở ứng dụng nhỏ «Zalo Bot Creator» trong Zalo, tạo bot rồi chép mã bot được gửi về vào đây")
	case !tokenForm.MatchString(c.Token):
		fault("zalo_bot.token: không đúng dạng 123456789:abc-xyz. Chép lại nguyên mã bot, không có dấu cách")
	}
	if !webhook.ValidURL(c.API) || strings.ContainsAny(c.API, "%?#@") {
		fault("zalo_bot.api: không phải địa chỉ https://…. Bỏ trống để dùng %s", DefaultAPI)
	}
	switch c.Mode {
	case Polling:
	case Webhook:
		if !webhook.ValidURL(c.URL) {
			fault("public_url: chế độ webhook cần địa chỉ https:// mà Zalo gọi tới được. Chưa có thì đặt zalo_bot.mode: polling")
		}
		if !webhook.ValidSecret(c.Secret) {
			fault("zalo_bot.secret: cần 16 đến 256 ký tự A-Z a-z 0-9 _ -. Tạo bằng lệnh: openssl rand -hex 32")
		}
	default:
		fault("zalo_bot.mode: chỉ nhận polling hoặc webhook")
	}
	return errors.Join(faults...)
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
	if c.BodyTime <= 0 {
		c.BodyTime = bodyTime
	}
	c.Flood = vietnamese.Compose(c.Flood)
	if c.Late <= 0 {
		c.Late = 48 * time.Hour
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

// String keeps secrets out of whatever prints a Config.
func (c Config) String() string { return "zalo bot " + c.Account }

// GoString does the same for %#v.
func (c Config) GoString() string { return c.String() }

// LogValue does the same for a log.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }
