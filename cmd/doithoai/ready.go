package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/trouble"
)

// readyWait is how long the running server has to answer.
const readyWait = 5 * time.Second

func newReady(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ready",
		Short: "Hỏi dịch vụ đang chạy có nhận được tin không",
		Long: `Hỏi dịch vụ đang chạy có nhận được tin không, và có chuyện gì; dành cho hộp chứa (HEALTHCHECK) và các đoạn lệnh.

Hỏi /readyz ở địa chỉ listen của thiết đặt, hoặc ở --url. Mã thoát 0: nhận được tin, dù có chuyện; 1: không nhận được, hoặc không có ai trả lời.`,
		Example: "  doithoai ready\n  doithoai ready --url http://127.0.0.1:8080",
		Args:    between(0, 0, ""),
	}
	at := cmd.Flags().String("url", "", "`ĐỊA-CHỈ` của dịch vụ (không ghi thì theo listen)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		base := strings.TrimRight(*at, "/")
		if base == "" {
			settings, err := loadConfig(cmd, io)
			if err != nil {
				return err
			}
			base = listenURL(settings.Listen)
		} else if u, err := url.Parse(base); err != nil || u.Host == "" {
			return misuse(cmd, "«%s» không phải địa chỉ trang; viết như http://127.0.0.1:8080.", *at)
		}
		return printReady(cmd.Context(), cmd.OutOrStdout(), base)
	}
	return cmd
}

// readiness is what /readyz answers.
type readiness struct {
	Ready   bool              `json:"ready"`
	Status  string            `json:"status"`
	Reasons []trouble.Trouble `json:"reasons"`
	Notes   []string          `json:"notes"`
	Spooled int               `json:"spooled"`
}

func printReady(ctx context.Context, out io.Writer, base string) error {
	r, err := askReady(ctx, base)
	if err != nil {
		return complain("%s không trả lời /readyz (%v). Xem dịch vụ có chạy không: systemctl status doithoai, hoặc docker ps.", base, err)
	}
	fmt.Fprintln(out, readyText(r))
	for _, t := range r.Reasons {
		mark := map[trouble.Grade]string{trouble.Warning: "NHẮC", trouble.Fault: "HỎNG"}[gradeOf(t.Code)]
		fmt.Fprintf(out, "[%s] %v [%s]\n", mark, t, t.Code)
	}
	for _, note := range r.Notes {
		fmt.Fprintln(out, note)
	}
	if r.Spooled > 0 {
		fmt.Fprintf(out, "%d tin đang chờ trong chỗ ghi tạm.\n", r.Spooled)
	}
	if !r.Ready {
		return errFound
	}
	return nil
}

// readyText sums an answer up.
func readyText(r readiness) string {
	switch {
	case r.Ready && r.Status == "ok":
		return "Nhận được tin (ok)."
	case r.Ready:
		return "Vẫn chạy, nhưng có chuyện (" + r.Status + "):"
	}
	return "KHÔNG nhận được tin (" + r.Status + "):"
}

// gradeOf is how bad a code is; one of a newer server counts as a fault.
func gradeOf(c trouble.Code) trouble.Grade {
	if slices.Contains(trouble.Codes(), c) {
		return c.Grade()
	}
	return trouble.Fault
}

// askReady asks, whether the answer is yes or no.
func askReady(ctx context.Context, base string) (readiness, error) {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	var r readiness
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", nil)
	if err != nil {
		return r, errors.New("địa chỉ không đọc được")
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: the server is our own
	response, err := client.Do(request)
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if err != nil {
		return r, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&r); err != nil || r.Status == "" {
		return r, fmt.Errorf("HTTP %d, không phải của Đối Thoại", response.StatusCode)
	}
	return r, nil
}

// listenURL is where a server that listens at an address is asked on its own
// machine.
func listenURL(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "http://" + address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
