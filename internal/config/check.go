package config

import (
	"net"
	"net/netip"
	"strings"
)

// isLocal reports whether only programs of the same machine reach an address.
func isLocal(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// crossCheck finds what only several settings together tell.
func (c *Config) crossCheck(found map[string]setting) Faults {
	var faults Faults
	report := func(key, what, cure string) {
		where := found[key].origin
		faults = append(faults, Fault{Where: where, Key: key, What: what, Cure: cure})
	}
	if c.Listen == "" {
		report("listen", "còn trống", "Viết như 127.0.0.1:8080")
	}
	if c.Data == "" {
		report("data", "còn trống", "Ghi thư mục để lưu các cuộc trò chuyện")
	}
	if c.AdminListen != "" && c.AdminListen == c.Listen {
		report("admin_listen", "trùng với listen", "Chọn một cổng khác, chỉ mở trong máy, như 127.0.0.1:8081")
	}
	if c.AdminListen != "" && !c.AdminRemote && !isLocal(c.AdminListen) {
		report("admin_listen", "mở cho máy khác vào được mà không có mật khẩu nào",
			"Viết như 127.0.0.1:8081. Nếu đã có tường lửa hay mạng riêng che thì đặt admin_remote: có")
	}
	webhookSecret := func(section string, mode Mode, token, secret string) {
		if token != "" && mode == ModeWebhook && secret == "" {
			report(section+".secret", "còn trống, mà "+section+".mode là webhook",
				"Đặt một chuỗi bí mật dài, không thì ai cũng gửi tin giả vào được")
		}
		if token == "" && secret != "" {
			report(section+".token", "còn trống, mà "+section+".secret đã đặt", "Đặt cả hai hoặc bỏ cả hai")
		}
	}
	webhookSecret("telegram", c.Telegram.Mode, c.Telegram.Token, c.Telegram.Secret)
	webhookSecret("zalo_bot", c.ZaloBot.Mode, c.ZaloBot.Token, c.ZaloBot.Secret)

	oa := c.ZaloOA
	if oa.AppID+oa.AppSecret+oa.OASecret+oa.AccessToken+oa.RefreshToken != "" {
		for _, part := range []struct{ key, value string }{
			{"zalo_oa.app_id", oa.AppID}, {"zalo_oa.app_secret", oa.AppSecret},
			{"zalo_oa.oa_secret", oa.OASecret}, // tokens are only a seed: «zalo login» stores them too
		} {
			if part.value == "" {
				report(part.key, "còn trống, mà Zalo OA đã được đặt", "Lấy giá trị này ở trang quản lý ứng dụng Zalo")
			}
		}
	}
	if c.Tracing.Percent > 100 {
		report("tracing.percent", "lớn hơn 100", "Ghi bao nhiêu phần trăm số tin được theo dõi, từ 0 đến 100")
	}
	if c.Tracing.Endpoint == "" && c.Tracing.Token != "" {
		report("tracing.endpoint", "còn trống, mà tracing.token đã đặt", "Ghi địa chỉ nơi nhận, như http://127.0.0.1:4318/v1/traces, hoặc bỏ cả hai")
	}
	if strings.ContainsAny(c.RedisPrefix, "{}") {
		report("redis_prefix", "có dấu { hoặc }", "Chỉ dùng chữ, số và dấu gạch, như dt")
	}
	if c.Redis == "" && found["redis_prefix"].text != "" {
		report("redis_prefix", "chỉ dùng khi có redis", "Đặt redis, hoặc bỏ dòng này")
	}
	return faults
}
