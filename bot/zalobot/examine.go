package zalobot

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/trouble"
)

// Examine asks Zalo about the bot of the settings and its webhook, for «doctor»;
// it changes nothing. Running says that a server with these settings runs, which
// has set the webhook up or taken it away. How the last call of the webhook went
// cannot be asked.
func Examine(ctx context.Context, c Config, running bool) []trouble.Finding {
	c = c.withDefaults()
	defer c.Client.CloseIdleConnections()
	a := &api{base: c.API, token: c.Token, client: c.Client}
	who, err := a.whoAmI(ctx)
	if err != nil {
		return []trouble.Finding{refused("Zalo Bot", err)}
	}
	told := "bot " + bot.Clean(string(who.Name))
	if plan := bot.Clean(string(who.Plan)); plan != "" {
		told += ", gói " + plan
	}
	return []trouble.Finding{trouble.Well(Name, "Zalo Bot", told), examineWebhook(ctx, c, a, running)}
}

// me is what the platform tells of the bot.
type me struct {
	Name   text `json:"account_name"`
	Plan   text `json:"account_type"`
	Groups bool `json:"can_join_groups"`
}

// whoAmI asks who we are, which proves the token. What cannot be read of the
// answer stays empty.
func (a *api) whoAmI(ctx context.Context) (who me, err error) {
	result, err := a.call(ctx, "getMe", params{})
	if err == nil {
		_ = json.Unmarshal(result, &who) // nothing depends on it
	}
	return who, err
}

// refused tells of a call that brought nothing.
func refused(name string, err error) trouble.Finding {
	if failed(err).is(http.StatusUnauthorized) {
		return trouble.Found(Name, name, trouble.ChannelToken, "Zalo không nhận mã bot",
			"Lấy mã mới trong «Zalo Bot Creator», ghi vào zalo_bot.token rồi khởi động lại")
	}
	return trouble.Found(Name, name, trouble.ChannelDown, "không hỏi được Zalo ("+err.Error()+")", "")
}

func examineWebhook(ctx context.Context, c Config, a *api, running bool) trouble.Finding {
	const name = "Webhook Zalo Bot"
	found := func(code trouble.Code, text, cure string) trouble.Finding {
		f := trouble.Found(Name, name, code, text, cure)
		if !running {
			return f.Milder() // the next start sets it right
		}
		return f
	}
	url, err := a.webhookURL(ctx)
	switch {
	case err != nil:
		return refused(name, err)
	case c.Mode != Webhook && url != "":
		return found(trouble.ChannelConflict, "webhook đang đặt ở nơi khác nên hỏi tin không được", "")
	case c.Mode != Webhook:
		return trouble.Well(Name, name, "không dùng, chương trình tự hỏi tin")
	case url == "":
		return found(trouble.ChannelWebhook, "Zalo không có webhook nào", "Khởi động lại chương trình: nó tự báo địa chỉ cho Zalo")
	case url != c.URL:
		return found(trouble.ChannelConflict, "webhook bị đặt sang địa chỉ khác", "")
	}
	return trouble.Well(Name, name, "đã đặt đúng địa chỉ; Zalo không cho hỏi gọi tới có được không")
}
