package config

// kind says how a setting is read.
type kind int

const (
	text kind = iota
	address
	path // of something that need not be there yet
	folder
	file
	redisURL
	webURL
	location
	prefixes
	yesNo
	mode
	number
	count // a number that may be 0
	seconds
	logLevel
	logFormat
)

// key is one setting: where it stands in the file, what it holds, and where it
// goes.
type key struct {
	path     string // in the file; in the environment DOITHOAI_ and the path in capitals
	kind     kind
	fallback string
	secret   bool // may come from a file of its own and is never shown
	live     bool // a running program takes a change on SIGHUP; others need a restart
	to       func(*Config) any
}

// keys is the list of all settings.
func keys() []key {
	return []key{
		{path: "listen", kind: address, fallback: "127.0.0.1:8080", to: func(c *Config) any { return &c.Listen }},
		{path: "admin_listen", kind: address, to: func(c *Config) any { return &c.AdminListen }},
		{path: "admin_remote", kind: yesNo, fallback: "không", to: func(c *Config) any { return &c.AdminRemote }},
		{path: "data", kind: path, fallback: "data", to: func(c *Config) any { return &c.Data }},
		{path: "media", kind: path, to: func(c *Config) any { return &c.Media }},
		{path: "redis", kind: redisURL, secret: true, to: func(c *Config) any { return &c.Redis }},
		{path: "redis_prefix", kind: text, fallback: "dt", to: func(c *Config) any { return &c.RedisPrefix }},
		{path: "knowledge", kind: folder, live: true, to: func(c *Config) any { return &c.Knowledge }},
		{path: "desks", kind: file, live: true, to: func(c *Config) any { return &c.Desks }},
		{path: "timezone", kind: location, fallback: "Asia/Ho_Chi_Minh", to: func(c *Config) any { return &c.Timezone }},
		{path: "public_url", kind: webURL, to: func(c *Config) any { return &c.PublicURL }},
		{path: "trusted_proxies", kind: prefixes, live: true, to: func(c *Config) any { return &c.TrustedProxies }},
		{path: "stop_delay", kind: seconds, fallback: "0", to: func(c *Config) any { return &c.StopDelay }},
		{path: "web.enabled", kind: yesNo, fallback: "có", to: func(c *Config) any { return &c.Web.Enabled }},
		{path: "log.level", kind: logLevel, fallback: "info", live: true, to: func(c *Config) any { return &c.Log.Level }},
		{path: "log.format", kind: logFormat, fallback: "text", live: true, to: func(c *Config) any { return &c.Log.Format }},

		{path: "telegram.token", kind: text, secret: true, to: func(c *Config) any { return &c.Telegram.Token }},
		{path: "telegram.api", kind: webURL, fallback: "https://api.telegram.org", to: func(c *Config) any { return &c.Telegram.API }},
		{path: "telegram.mode", kind: mode, fallback: "polling", to: func(c *Config) any { return &c.Telegram.Mode }},
		{path: "telegram.secret", kind: text, secret: true, to: func(c *Config) any { return &c.Telegram.Secret }},

		{path: "zalo_oa.app_id", kind: text, to: func(c *Config) any { return &c.ZaloOA.AppID }},
		{path: "zalo_oa.app_secret", kind: text, secret: true, to: func(c *Config) any { return &c.ZaloOA.AppSecret }},
		{path: "zalo_oa.oa_secret", kind: text, secret: true, to: func(c *Config) any { return &c.ZaloOA.OASecret }},
		{path: "zalo_oa.access_token", kind: text, secret: true, to: func(c *Config) any { return &c.ZaloOA.AccessToken }},
		{path: "zalo_oa.refresh_token", kind: text, secret: true, to: func(c *Config) any { return &c.ZaloOA.RefreshToken }},
		{path: "zalo_oa.api", kind: webURL, fallback: "https://openapi.zalo.me", to: func(c *Config) any { return &c.ZaloOA.API }},
		{path: "zalo_oa.oauth", kind: webURL, fallback: "https://oauth.zaloapp.com", to: func(c *Config) any { return &c.ZaloOA.OAuth }},

		{path: "zalo_oa.numbered", kind: yesNo, fallback: "không", to: func(c *Config) any { return &c.ZaloOA.Numbered }},
		{path: "zalo_oa.per_minute", kind: number, fallback: "100", to: func(c *Config) any { return &c.ZaloOA.PerMinute }},
		{path: "zalo_oa.free_messages", kind: count, fallback: "8", to: func(c *Config) any { return &c.ZaloOA.FreeMessages }},

		{path: "zalo_bot.token", kind: text, secret: true, to: func(c *Config) any { return &c.ZaloBot.Token }},
		{path: "zalo_bot.api", kind: webURL, fallback: "https://bot-api.zaloplatforms.com", to: func(c *Config) any { return &c.ZaloBot.API }},
		{path: "zalo_bot.mode", kind: mode, fallback: "polling", to: func(c *Config) any { return &c.ZaloBot.Mode }},
		{path: "zalo_bot.secret", kind: text, secret: true, to: func(c *Config) any { return &c.ZaloBot.Secret }},

		{path: "tracing.endpoint", kind: webURL, to: func(c *Config) any { return &c.Tracing.Endpoint }},
		{path: "tracing.token", kind: text, secret: true, to: func(c *Config) any { return &c.Tracing.Token }},
		{path: "tracing.percent", kind: count, fallback: "100", to: func(c *Config) any { return &c.Tracing.Percent }},
	}
}
