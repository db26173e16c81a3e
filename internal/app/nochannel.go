package app

import "github.com/doithoai/doithoai/internal/config"

// refuseSilence refuses settings under which nobody could ask anything.
func refuseSilence(c *config.Config) error {
	if c.Web.Enabled || c.Telegram.Token != "" || c.ZaloOA.AppID != "" || c.ZaloBot.Token != "" {
		return nil
	}
	return &Problem{What: "Không có kênh nào được bật, không ai hỏi được", Cure: "Đặt web.enabled thành có"}
}
