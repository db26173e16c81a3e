package zalooa

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// Channel name and account of a [bot.ChatID].
const (
	Name    = "zalo-oa"
	account = "main"
)

// Where Zalo's services are, unless the settings say otherwise.
const (
	DefaultAPI   = "https://openapi.zalo.me"
	DefaultOAuth = "https://oauth.zaloapp.com"
)

// DefaultPerMinute is the reported cap of the Growth package.
const DefaultPerMinute = 100

// Intake takes one message of a resident.
type Intake interface {
	// Handle returns nil when m is saved or spooled, also when it was before. Any
	// error means "not taken": Zalo is told so and comes again. It returns well
	// within a second, and soon after ctx ends. The error must not quote m.
	Handle(ctx context.Context, m bot.Message) error
}

// Media holds our own copies of pictures and files.
type Media interface {
	// Open returns the bytes of a copy; whoever opens closes. An error that is
	// [fs.ErrNotExist] says that it is gone for good, any other that it may work later.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
}

// Assets remembers what was uploaded to Zalo, which keeps it for seven days.
type Assets interface {
	Get(ctx context.Context, key string) (id string, ok bool)
	// Put remembers an id until a time; an empty id forgets it.
	Put(ctx context.Context, key, id string, until time.Time)
}

// Echo tells of a message that left the account, whoever sent it.
type Echo struct {
	Chat bot.ChatID
	ID   string // Zalo's id of the message
	// Admin is the person who wrote it in Zalo's own tool; empty if a program did.
	Admin string
	At    time.Time
}

// Quota is what a send answered about what else may be sent.
type Quota struct {
	Type          string // "reply" within 48 hours, "sub_quota", "purchase_quota", "reward_quota"
	Remain, Total int
}

// Config is what [New] needs. Intake, Tokens and Logger are compulsory, and the
// settings of the app that [Config.Validate] names.
type Config struct {
	Intake Intake
	Tokens Tokens
	Logger *slog.Logger

	AppID     string
	AppSecret string // of the app: for tokens
	OASecret  string // of the account: signs webhooks
	// AccessToken and RefreshToken are a seed: what is stored wins unless they
	// have changed. Both may be empty once somebody has logged in.
	AccessToken, RefreshToken string
	API, OAuth                string // empty: Zalo's own

	// TokenFile holds a copy of the pair beside the store, mode 0600; empty
	// keeps none, and then a store that fails at the wrong moment costs a login.
	TokenFile string

	// PerMinute is how many calls the account's package allows in a minute.
	PerMinute int
	// Numbered writes choices as a numbered list instead of buttons.
	Numbered bool

	// Flood is said once to a chat that writes too much at a time, Anonymous to a
	// visitor without a Zalo account. Empty: nothing is said.
	Flood, Anonymous string
	// Limits bound what one chat may send.
	Limits Limits

	Media  Media  // nil: pictures are told in words
	Assets Assets // nil: remembered in memory

	Client *http.Client // nil: one with timeouts
	Now    func() time.Time

	// The functions below are called by several goroutines at once, and by the
	// webhook, so they return soon; nil does nothing.

	// Count raises a counter; names are few and begin with "zalo-oa.".
	Count func(name string)
	// Receipt tells that a message reached the phone, or was seen.
	Receipt func(chat bot.ChatID, id string, seen bool)
	// Echo tells what left the account: with an Admin, a person answered there.
	Echo func(Echo)
	// Quota tells what a send left over.
	Quota func(chat bot.ChatID, q Quota)
	// Withdraw is called when a resident asks Zalo to have their data deleted or
	// not used any more. An error means it has to be told again.
	Withdraw func(ctx context.Context, chat bot.ChatID) error
}

// fault is one thing wrong with the settings, and its cure, in Vietnamese.
type fault struct{ key, what, cure string }

func (f fault) Error() string { return f.key + ": " + f.what + ". " + f.cure + "." }

// Validate returns everything wrong with the settings, in Vietnamese with its
// cure, joined; nil if nothing is.
func (c Config) Validate() error {
	var faults []error
	report := func(key, what, cure string) { faults = append(faults, fault{key, what, cure}) }
	for _, need := range []struct{ key, value, cure string }{
		{"zalo_oa.app_id", c.AppID, "Lấy «ID ứng dụng» ở developers.zalo.me, mục Cài đặt của ứng dụng"},
		{"zalo_oa.app_secret", c.AppSecret, "Lấy «Khóa bí mật của ứng dụng» ở developers.zalo.me, mục Cài đặt"},
		{"zalo_oa.oa_secret", c.OASecret, "Lấy «OA Secret Key» ở developers.zalo.me, mục Webhook của ứng dụng"},
	} {
		if strings.TrimSpace(need.value) == "" {
			report(need.key, "còn trống", need.cure)
		}
	}
	if c.AppID != "" && strings.Trim(c.AppID, "0123456789") != "" {
		report("zalo_oa.app_id", "phải toàn chữ số", "Chép lại «ID ứng dụng», đừng chép tên ứng dụng")
	}
	if c.AccessToken != "" && c.RefreshToken == "" {
		report("zalo_oa.refresh_token", "còn trống mà access_token đã đặt",
			"Đặt cả hai, hoặc bỏ cả hai rồi chạy «doithoai zalo login»")
	}
	for _, address := range []struct{ key, value string }{{"zalo_oa.api", c.API}, {"zalo_oa.oauth", c.OAuth}} {
		if address.value == "" {
			continue
		}
		if u, err := url.Parse(address.value); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			report(address.key, "không phải địa chỉ trang", "Viết như "+DefaultAPI+", hoặc bỏ dòng này")
		}
	}
	if c.PerMinute < 0 {
		report("zalo_oa.per_minute", "nhỏ hơn 0", "Ghi số cuộc gọi mỗi phút của gói OA, hoặc bỏ đi để lấy 100")
	}
	return errors.Join(faults...)
}

// check is Validate and what only a programmer can get wrong.
func (c Config) check() error {
	if c.Intake == nil || c.Tokens == nil || c.Logger == nil {
		return errors.Join(errors.New("intake, tokens and logger are needed"), c.Validate())
	}
	return c.Validate()
}

func (c Config) withDefaults() Config {
	for _, f := range []struct {
		field    *string
		fallback string
	}{{&c.API, DefaultAPI}, {&c.OAuth, DefaultOAuth}} {
		if *f.field == "" {
			*f.field = f.fallback
		}
		*f.field = strings.TrimRight(*f.field, "/")
	}
	if c.PerMinute == 0 {
		c.PerMinute = DefaultPerMinute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: callTime}
	}
	client := *c.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // the token stays here
	c.Client = &client
	if c.Assets == nil {
		c.Assets = newAssets(c.Now)
	}
	if c.Count == nil {
		c.Count = func(string) {}
	}
	if c.Receipt == nil {
		c.Receipt = func(bot.ChatID, string, bool) {}
	}
	if c.Echo == nil {
		c.Echo = func(Echo) {}
	}
	if c.Quota == nil {
		c.Quota = func(bot.ChatID, Quota) {}
	}
	if c.Withdraw == nil {
		c.Withdraw = func(context.Context, bot.ChatID) error { return nil }
	}
	c.Limits = c.Limits.withDefaults()
	return c
}

// String keeps secrets out of whatever prints a Config.
func (c Config) String() string { return fmt.Sprintf("zalo oa of app %s", c.AppID) }

// GoString does the same for %#v.
func (c Config) GoString() string { return c.String() }

// LogValue does the same for a log.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }
