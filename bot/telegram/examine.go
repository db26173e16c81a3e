package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/trouble"
)

const (
	// recentError is how long ago Telegram may have failed to call us for it to
	// be a fault of now, and pastError for it to be worth a word.
	recentError = 15 * time.Minute
	pastError   = 24 * time.Hour
	// manyWaiting is more than wait where messages are taken as they come.
	manyWaiting = 50
)

// Examine asks Telegram about the bot of the settings and its webhook, for
// «doctor»; it changes nothing. Running says that a server with these settings
// runs, which has set the webhook up or taken it away.
func Examine(ctx context.Context, c Config, running bool) []trouble.Finding {
	c = c.withDefaults()
	x := &examiner{Config: c, api: &api{base: c.API, token: c.Token, client: c.Client}, running: running}
	defer c.Client.CloseIdleConnections()
	name, err := x.name(ctx)
	if err != nil {
		return []trouble.Finding{x.refused("Bot Telegram", err)}
	}
	return []trouble.Finding{trouble.Well(Name, "Bot Telegram", "@"+name), x.webhook(ctx)}
}

type examiner struct {
	Config
	api     *api
	running bool
}

func (x *examiner) name(ctx context.Context) (string, error) {
	raw, err := x.api.call(ctx, "getMe", tgbotapi.Params{})
	if err != nil {
		return "", err
	}
	var me struct {
		Name string `json:"username"`
	}
	if json.Unmarshal(raw, &me) != nil || me.Name == "" {
		return "", &callError{method: "getMe", err: errMalformed}
	}
	return bot.Clean(me.Name), nil
}

// refused tells of a call that brought nothing.
func (x *examiner) refused(name string, err error) trouble.Finding {
	if e := failed(err); e.code == http.StatusUnauthorized || e.code == http.StatusNotFound {
		return trouble.Found(Name, name, trouble.ChannelToken, "Telegram không nhận mã bot",
			"Lấy mã ở @BotFather (/token), ghi vào telegram.token rồi khởi động lại")
	}
	return trouble.Found(Name, name, trouble.ChannelDown, "không hỏi được Telegram ("+err.Error()+")", "")
}

func (x *examiner) webhook(ctx context.Context) trouble.Finding {
	const name = "Webhook Telegram"
	info, err := askWebhook(ctx, x.api)
	if err != nil {
		return x.refused(name, err)
	}
	found := func(code trouble.Code, text, cure string) trouble.Finding {
		f := trouble.Found(Name, name, code, text, cure)
		if !x.running {
			return f.Milder() // the next start sets it right
		}
		return f
	}
	waiting := fmt.Sprintf("%d tin đang chờ ở Telegram", info.Waiting)
	if x.Mode != Webhook {
		if info.URL != "" {
			return found(trouble.ChannelConflict, "webhook đang đặt ở nơi khác nên hỏi tin không được; "+waiting, "")
		}
		return trouble.Well(Name, name, "không dùng, chương trình tự hỏi tin; "+waiting)
	}
	age := x.Now().Sub(time.Unix(info.ErrorDate, 0))
	said := fmt.Sprintf("Telegram gọi không được, lần cuối %s: %s; %s",
		time.Unix(info.ErrorDate, 0).In(x.Now().Location()).Format("15:04 02/01/2006"), bot.Clean(info.Error), waiting)
	switch {
	case info.URL == "":
		return found(trouble.ChannelWebhook, "Telegram không có webhook nào; "+waiting, "Khởi động lại chương trình: nó tự báo địa chỉ cho Telegram")
	case info.URL != x.URL:
		return found(trouble.ChannelConflict, "webhook bị đặt sang địa chỉ khác; "+waiting, "")
	case info.ErrorDate > 0 && age < recentError:
		return trouble.Found(Name, name, trouble.ChannelWebhook, said, "")
	case info.ErrorDate > 0 && age < pastError, info.Waiting > manyWaiting:
		if info.ErrorDate == 0 {
			said = waiting
		}
		return trouble.Found(Name, name, trouble.ChannelWebhook, said, "").Milder()
	}
	return trouble.Well(Name, name, "Telegram gọi tới được; "+waiting)
}
