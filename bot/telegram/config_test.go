package telegram_test

import (
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/telegram"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	good := telegram.Config{Token: token, Mode: telegram.Webhook, URL: "https://doithoai.example/hooks/telegram", Secret: secret}
	for _, test := range []struct {
		name   string
		change func(*telegram.Config)
		want   []string // what the fault says, nothing for none
	}{
		{"good", func(*telegram.Config) {}, nil},
		{"polling", func(c *telegram.Config) { *c = telegram.Config{Token: token} }, nil},
		{"another server", func(c *telegram.Config) { c.API = "http://127.0.0.1:8081/" }, nil},
		{"no token", func(c *telegram.Config) { c.Token = "" }, []string{"telegram.token", "@BotFather"}},
		{"half a token", func(c *telegram.Config) { c.Token = "ABC" }, []string{"telegram.token", "123456789:ABC"}},
		{"a token with a path", func(c *telegram.Config) { c.Token = "1:a/b" }, []string{"telegram.token"}},
		{"a strange server", func(c *telegram.Config) { c.API = "api.telegram.org" }, []string{"telegram.api", "https://"}},
		{"a format in the server", func(c *telegram.Config) { c.API = "https://x/%s" }, []string{"telegram.api"}},
		{"a strange mode", func(c *telegram.Config) { c.Mode = "pigeon" }, []string{"telegram.mode", "polling", "webhook"}},
		{"webhook without an address", func(c *telegram.Config) { c.URL = "" }, []string{"public_url", "polling"}},
		{"webhook without https", func(c *telegram.Config) { c.URL = "http://doithoai.example/hooks" }, []string{"public_url", "https"}},
		{"webhook on a strange port", func(c *telegram.Config) { c.URL = "https://doithoai.example:8080/hooks" }, []string{"8443", "8080"}},
		{"no secret", func(c *telegram.Config) { c.Secret = "" }, []string{"telegram.secret", "openssl"}},
		{"a secret with spaces", func(c *telegram.Config) { c.Secret = "một bí mật đủ dài nhưng" }, []string{"telegram.secret"}},
		{"too many connections", func(c *telegram.Config) { c.Connections = 101 }, []string{"telegram.connections"}},
		{"all at once", func(c *telegram.Config) { c.Token, c.Secret, c.URL = "", "", "" }, []string{"token", "secret", "public_url"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := good
			test.change(&c)
			err := c.Validate()
			if (err == nil) != (len(test.want) == 0) {
				t.Fatalf("Validate = %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if err != nil && (strings.Contains(err.Error(), token) || strings.Contains(err.Error(), secret)) {
				t.Errorf("%q tells a secret", err)
			}
		})
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	if _, err := telegram.New(telegram.Config{Token: token}); err == nil {
		t.Error("a channel without an intake")
	}
	if _, err := telegram.New(telegram.Config{Intake: channeltest.NewPost(silent)}); err == nil {
		t.Error("a channel without a token")
	}
	c, err := telegram.New(telegram.Config{Token: token, Intake: channeltest.NewPost(silent), Account: "quangngai"})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Lane(); got != "telegram/quangngai" {
		t.Errorf("lane %q", got)
	}
}
