package config

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // hosts and images without zone files
)

// set parses the raw value into the configuration. It returns the value as it
// may be shown.
func (k key) set(c *Config, s setting) (shown string, fault *Fault) {
	shown = s.text
	switch to := k.to(c).(type) {
	case *string:
		*to, fault = k.parseText(s)
		shown = *to
	case *bool:
		*to, fault = parseYesNo(s.text)
		shown = map[bool]string{true: "có", false: "không"}[*to]
	case *int:
		least := 1
		if k.kind == count {
			least = 0
		}
		*to, fault = parseNumber(s.text, least)
	case *time.Duration:
		var n int
		n, fault = parseNumber(s.text, 0)
		if fault == nil && n > maxSeconds {
			fault = &Fault{What: quote(s.text) + " giây là lâu quá", Cure: fmt.Sprintf("Viết số giây, nhiều nhất là %d", maxSeconds)}
		}
		*to = time.Duration(n) * time.Second
	case *Mode:
		*to = Mode(s.text)
		if *to != ModePolling && *to != ModeWebhook {
			fault = &Fault{What: quote(s.text) + " không phải cách nhận tin", Cure: "Viết polling hoặc webhook"}
		}
	case *slog.Level:
		*to, fault = parseLevel(s.text)
	case *LogFormat:
		*to = LogFormat(strings.ToLower(s.text))
		if *to != LogText && *to != LogJSON {
			fault = &Fault{What: quote(s.text) + " không phải dạng nhật ký", Cure: "Viết text hoặc json"}
		}
	case **time.Location:
		*to, fault = parseLocation(s.text)
	case *[]netip.Prefix:
		*to, fault = parsePrefixes(s.text)
	}
	if k.secret {
		shown = mask(k.kind, s.text)
	}
	return shown, fault
}

// maxSeconds bounds settings of time: service managers do not wait longer for an end.
const maxSeconds = 60

// parseText checks the values that stay text.
func (k key) parseText(s setting) (string, *Fault) {
	if s.text == "" {
		return "", nil
	}
	switch k.kind {
	case address:
		return s.text, checkAddress(s.text)
	case path, folder, file:
		return checkPath(k.kind, s)
	case redisURL:
		return s.text, checkRedis(s.text)
	case webURL:
		return checkWebURL(s.text)
	}
	return s.text, nil
}

func checkAddress(text string) *Fault {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		if n, err := strconv.Atoi(port); err == nil && n >= 0 && n <= 65535 {
			return nil
		}
	}
	return &Fault{What: quote(text) + " không phải địa chỉ máy và cổng", Cure: "Viết như 127.0.0.1:8080, hoặc :8080 để nghe trên mọi địa chỉ của máy"}
}

func checkPath(k kind, s setting) (string, *Fault) {
	name := s.text
	if !filepath.IsAbs(name) {
		name = filepath.Join(s.dir, name)
	}
	if k == path {
		return name, nil
	}
	info, err := os.Stat(name)
	switch {
	case err != nil && k == folder:
		return name, &Fault{What: "không mở được thư mục " + name, Cure: "Xem lại đường dẫn; đường dẫn trong tệp thiết đặt tính từ chỗ của tệp đó"}
	case err != nil:
		return name, &Fault{What: "không mở được tệp " + name, Cure: "Xem lại đường dẫn; đường dẫn trong tệp thiết đặt tính từ chỗ của tệp đó"}
	case info.IsDir() && k == file:
		return name, &Fault{What: name + " là thư mục, ở đây cần một tệp", Cure: "Ghi cả tên tệp"}
	case !info.IsDir() && k == folder:
		return name, &Fault{What: name + " là tệp, ở đây cần một thư mục", Cure: "Ghi thư mục chứa tệp đó"}
	}
	return name, nil
}

func checkRedis(text string) *Fault {
	u, err := url.Parse(text)
	if err == nil && u.Host != "" {
		switch u.Scheme {
		case "redis", "rediss", "redis+sentinel", "redis+cluster":
			return nil
		}
	}
	// The value may hold a password, so it is not repeated.
	return &Fault{What: "không phải địa chỉ Redis", Cure: "Viết như redis://may-chu:6379/0; cũng nhận rediss://, redis+sentinel:// và redis+cluster://"}
}

func checkWebURL(text string) (string, *Fault) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", &Fault{What: quote(text) + " không phải địa chỉ trang", Cure: "Viết như https://doithoai.example.vn"}
	}
	return strings.TrimRight(text, "/"), nil
}

func parseLevel(text string) (slog.Level, *Fault) {
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.EqualFold(text, level.String()) {
			return level, nil
		}
	}
	return 0, &Fault{What: quote(text) + " không phải mức nhật ký", Cure: "Viết debug, info, warn hoặc error"}
}

func parseLocation(text string) (*time.Location, *Fault) {
	if text != "" && text != "Local" {
		if at, err := time.LoadLocation(text); err == nil {
			return at, nil
		}
	}
	return nil, &Fault{What: quote(text) + " không phải tên múi giờ", Cure: "Viết như Asia/Ho_Chi_Minh"}
}

func parsePrefixes(text string) ([]netip.Prefix, *Fault) {
	var list []netip.Prefix
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;\n\t", r) }) {
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			addr, err := netip.ParseAddr(part)
			if err != nil {
				return nil, &Fault{What: quote(part) + " không phải địa chỉ mạng", Cure: "Viết như 10.0.0.0/8 hoặc 127.0.0.1, cách nhau bằng dấu phẩy"}
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		list = append(list, prefix.Masked())
	}
	return list, nil
}

func parseNumber(text string, least int) (int, *Fault) {
	const most = 1_000_000
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, &Fault{What: quote(text) + " không phải số dùng được", Cure: fmt.Sprintf("Viết một số từ %d đến %d, chỉ dùng chữ số", least, most)}
	}
	return n, nil
}

func parseYesNo(text string) (bool, *Fault) {
	switch strings.ToLower(text) {
	case "có", "co", "true", "yes", "1":
		return true, nil
	case "không", "khong", "false", "no", "0":
		return false, nil
	}
	return false, &Fault{What: quote(text) + " không phải có hay không", Cure: "Viết có hoặc không"}
}

// hidden stands where a secret is not shown.
const hidden = "••••••"

// mask hides a secret but tells whether there is one; of a Redis it tells where.
func mask(k kind, text string) string {
	if text == "" {
		return ""
	}
	if u, err := url.Parse(text); k == redisURL && err == nil && u.Host != "" {
		return maskURL(*u)
	}
	return hidden + " (đã đặt)"
}

// maskURL shows where a server is, and of the rest only that it is there: a
// password may stand before the @, alone or behind a name, and in a parameter.
func maskURL(u url.URL) string {
	shown := u.Scheme + "://"
	if u.User != nil {
		shown += hidden + "@"
	}
	shown += u.Host + u.EscapedPath()
	if u.RawQuery != "" {
		shown += "?" + hidden
	}
	return shown
}

func quote(text string) string { return "«" + text + "»" }
