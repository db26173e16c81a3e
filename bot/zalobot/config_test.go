package zalobot_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/zalobot"
)

// intake is a door of a function.
type intake func(ctx context.Context, m bot.Message) error

func (f intake) Handle(ctx context.Context, m bot.Message) error { return f(ctx, m) }

func nobody(context.Context, bot.Message) error { return nil }

func TestValidate(t *testing.T) {
	t.Parallel()
	good := zalobot.Config{Token: token, Mode: zalobot.Webhook, URL: "https://hoi.example.vn/hooks/zalo-bot", Secret: secret}
	for name, test := range map[string]struct {
		change func(*zalobot.Config)
		want   []string // in the error; none: no error
	}{
		"all in order":       {func(*zalobot.Config) {}, nil},
		"polling needs less": {func(c *zalobot.Config) { c.Mode, c.URL, c.Secret = zalobot.Polling, "", "" }, nil},
		"polling if unsaid":  {func(c *zalobot.Config) { c.Mode, c.URL, c.Secret = "", "", "" }, nil},
		"tried at home":      {func(c *zalobot.Config) { c.URL, c.API = "http://127.0.0.1:8080/h", "http://127.0.0.1:8083/" }, nil},
		"no token":           {func(c *zalobot.Config) { c.Token = "" }, []string{"zalo_bot.token: chưa có", "Zalo Bot Creator"}},
		"half a token":       {func(c *zalobot.Config) { c.Token = "abc" }, []string{"zalo_bot.token: không đúng dạng"}},
		"a token with a gap": {func(c *zalobot.Config) { c.Token = token + " " }, []string{"zalo_bot.token: không đúng dạng"}},
		"a token with a way": {func(c *zalobot.Config) { c.Token = "1:a/../b" }, []string{"zalo_bot.token: không đúng dạng"}},
		"a strange api":      {func(c *zalobot.Config) { c.API = "zalo" }, []string{"zalo_bot.api"}},
		"a plain api":        {func(c *zalobot.Config) { c.API = "http://zalo.example.vn" }, []string{"zalo_bot.api"}},
		"an api with more":   {func(c *zalobot.Config) { c.API = "https://a.vn/?x" }, []string{"zalo_bot.api"}},
		"no address":         {func(c *zalobot.Config) { c.URL = "" }, []string{"public_url", "zalo_bot.mode: polling"}},
		"a plain address":    {func(c *zalobot.Config) { c.URL = "http://hoi.example.vn" }, []string{"public_url"}},
		"no secret":          {func(c *zalobot.Config) { c.Secret = "" }, []string{"zalo_bot.secret", "openssl"}},
		"a short secret":     {func(c *zalobot.Config) { c.Secret = "12345678" }, []string{"zalo_bot.secret"}},
		"another mode":       {func(c *zalobot.Config) { c.Mode = "push" }, []string{"zalo_bot.mode"}},
		"all at once": {func(c *zalobot.Config) { c.Token, c.URL, c.Secret = "", "", "" },
			[]string{"zalo_bot.token", "public_url", "zalo_bot.secret"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := good
			test.change(&config)
			err := config.Validate()
			if (err == nil) != (test.want == nil) {
				t.Fatalf("Validate = %v, want %v", err, test.want)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Validate = %v, want it to say %q", err, want)
				}
			}
			config.Intake, config.Choose = intake(nobody), "Chọn:"
			if _, made := zalobot.New(config); (made == nil) != (err == nil) {
				t.Errorf("New = %v, Validate = %v", made, err)
			}
		})
	}
	for name, lacking := range map[string]zalobot.Config{
		"an intake":           {Token: token, Choose: "Chọn:"},
		"the line over lists": {Token: token, Intake: intake(nobody), Choose: " "},
	} {
		if _, err := zalobot.New(lacking); err == nil {
			t.Errorf("New without %s succeeded", name)
		}
	}
}

func TestConfigPrintsNoSecret(t *testing.T) {
	t.Parallel()
	config := zalobot.Config{Token: token, Secret: secret}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("made", "config", config)
	for _, told := range []string{fmt.Sprint(config), fmt.Sprintf("%v %+v %#v", config, config, config), fmt.Sprintf("%+v", &config), log.String()} {
		if strings.Contains(told, token[7:]) || strings.Contains(told, secret) {
			t.Errorf("told a secret: %s", told)
		}
	}
}

func TestLane(t *testing.T) {
	t.Parallel()
	for account, want := range map[string]string{"": "zalo-bot/main", "so-y-te": "zalo-bot/so-y-te"} {
		c, err := zalobot.New(zalobot.Config{Token: token, Account: account, Intake: intake(nobody), Choose: "Chọn:"})
		if err != nil || c.Lane() != want {
			t.Errorf("Lane = %q, %v; want %q", c.Lane(), err, want)
		}
	}
	if p, r := zalobot.Pace(), zalobot.Rate(); p.Burst < 1 || r.Burst < 1 || r.Every >= p.Every {
		t.Errorf("pace %+v, rate %+v", p, r)
	}
}
