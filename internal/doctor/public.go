package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/doithoai/doithoai/internal/trouble"
)

// Public looks at the address where residents and platforms reach us. Needed
// says that a platform calls us there; running that a server should answer. A
// network that does not let us reach ourselves from within is common, so only
// what is certain is a fault.
func Public(address string, needed, running bool) Check {
	return func(ctx context.Context) []trouble.Finding {
		const area, name = "public", "Địa chỉ công khai"
		found := func(code trouble.Code, text, cure string) []trouble.Finding {
			return []trouble.Finding{trouble.Found(area, name, code, text, cure)}
		}
		u, err := url.Parse(address)
		switch {
		case address == "" && needed:
			return found(trouble.ChannelWebhook, "chưa đặt public_url mà có kênh nhận tin bằng webhook", "Đặt public_url thành địa chỉ https:// của máy này")
		case address == "":
			return nil
		case err != nil:
			return found(trouble.AddressPublic, "public_url không đọc được", "Viết như https://hoi.example.vn")
		case u.Scheme != "https":
			f := trouble.Found(area, name, trouble.ChannelWebhook, address+" không phải https: nền tảng không gọi tới", "Đặt máy chủ trang có HTTPS ở trước rồi sửa public_url")
			if !needed {
				f = f.Milder()
			}
			return []trouble.Finding{f}
		}
		if _, err := net.DefaultResolver.LookupHost(ctx, u.Hostname()); err != nil {
			if gone, ok := errors.AsType[*net.DNSError](err); ok && gone.IsNotFound {
				return found(trouble.AddressPublic, "không ai biết tên miền "+u.Hostname(), "Trỏ tên miền về máy này ở nơi quản lý tên miền")
			}
			return []trouble.Finding{trouble.Well(area, name, address+"; không so được: không hỏi được tên miền")}
		}
		if !running {
			return []trouble.Finding{trouble.Well(area, name, address+" có tên miền")}
		}
		status, err := look(ctx, address+"/healthz")
		switch {
		case err != nil:
			return found(trouble.AddressPublic, address+" không tới được từ máy này ("+plainly(err)+")", "")
		case status != http.StatusOK:
			return found(trouble.AddressPublic, fmt.Sprintf("%s trả HTTP %d, chưa tới chương trình", address, status), "")
		}
		return []trouble.Finding{trouble.Well(area, name, address+" tới được chương trình")}
	}
}

func look(ctx context.Context, address string) (int, error) {
	client := &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

// plainly is an error without the address, which was told before.
func plainly(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return err.Error()
}
