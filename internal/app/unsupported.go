package app

import (
	"strings"

	"github.com/doithoai/doithoai/internal/config"
)

// refuseUnsupported names every setting that this version reads but cannot
// act on. A setting that is ignored in silence would be a promise not kept.
func refuseUnsupported(c *config.Config) error {
	var named []string
	for _, feature := range []struct {
		key string
		set bool
	}{
		{"desks", c.Desks != ""},
	} {
		if feature.set {
			named = append(named, feature.key)
		}
	}
	switch {
	case len(named) == 0 && (c.Web.Enabled || c.Telegram.Token != "" || c.ZaloOA.AppID != "" || c.ZaloBot.Token != ""):
		return nil
	case len(named) == 0:
		return &Problem{What: "Không có kênh nào được bật, không ai hỏi được", Cure: "Đặt web.enabled thành có"}
	}
	return &Problem{
		What: "Phiên bản này chưa chạy được: " + strings.Join(named, ", "),
		Cure: "Bỏ các thiết đặt đó để chạy khung trò chuyện trên trang web với kho lưu trong một tệp",
	}
}
