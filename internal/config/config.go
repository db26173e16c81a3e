package config

import (
	"log/slog"
	"net/netip"
	"reflect"
	"time"
)

// Mode says how updates reach us from a messaging platform.
type Mode string

// The two ways. With ModeWebhook a secret is compulsory.
const (
	ModePolling Mode = "polling"
	ModeWebhook Mode = "webhook"
)

// Config is everything an operator can set. Load fills it, checked.
type Config struct {
	Listen         string         // address of the web chat and the webhooks
	AdminListen    string         // address of pprof; empty switches it off
	AdminRemote    bool           // AdminListen may be reached from other machines: something else keeps strangers out
	Data           string         // folder of the embedded store
	Media          string         // folder of copies of pictures and the like; empty means media in Data
	Redis          string         // URL; empty means the embedded store
	RedisPrefix    string         // before every key in Redis
	Knowledge      string         // folder of the knowledge base; empty means the built-in one
	Desks          string         // file of desks and officers; empty means none
	Timezone       *time.Location // of working hours and of "today"
	PublicURL      string         // where residents reach us, without a slash at the end; may be empty
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	StopDelay      time.Duration  // between saying that it stops and taking no more calls
	Web            Web
	Log            Log
	Telegram       Telegram
	ZaloOA         ZaloOA
	ZaloBot        ZaloBot
	Tracing        Tracing

	values      []Value
	secretFiles []string
}

// LogFormat is how the log is written.
type LogFormat string

// The two ways: for people, and for machines that collect logs.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Log is what the log holds and how.
type Log struct {
	Level  slog.Level // nothing below
	Format LogFormat
}

// Web is the chat on our own page.
type Web struct {
	Enabled bool
}

// Telegram is one bot there. An empty token means none.
type Telegram struct {
	Token, API, Secret string
	Mode               Mode
}

// ZaloOA is one official account. An empty app id means none.
type ZaloOA struct {
	AppID, AppSecret, OASecret, AccessToken, RefreshToken, API, OAuth string
	Numbered                                                          bool // choices as a numbered list, not as buttons
	PerMinute                                                         int  // calls a minute that the account's package allows
	FreeMessages                                                      int  // messages after each of a resident's that cost nothing; 0: any number
}

// ZaloBot is one Zalo bot. An empty token means none.
type ZaloBot struct {
	Token, API, Secret string
	Mode               Mode
}

// Tracing is where OpenTelemetry's spans go. An empty endpoint means nowhere.
type Tracing struct {
	Endpoint string // of OTLP over HTTP, with its path: http://127.0.0.1:4318/v1/traces
	Token    string // for Authorization: Bearer; may be empty
	Percent  int    // of the messages
}

// Value is one setting as it came out, for «config show».
type Value struct {
	Key    string
	Text   string // what was set; a secret is masked
	Origin string // in Vietnamese: default, file and line, or the variable
	Live   bool   // a change counts without a restart
}

// Values returns every setting in the order of the table.
func (c *Config) Values() []Value { return c.values }

// SecretFiles returns the files that secrets were read from, sorted: nobody
// else should be able to read them.
func (c *Config) SecretFiles() []string { return c.secretFiles }

// Changed returns the paths of the settings that differ between two
// configurations, in the order of the table: those that count without a
// restart, and those that do not.
func Changed(before, after *Config) (live, restart []string) {
	for _, k := range keys() {
		switch {
		case reflect.DeepEqual(k.to(before), k.to(after)):
		case k.live:
			live = append(live, k.path)
		default:
			restart = append(restart, k.path)
		}
	}
	return live, restart
}
