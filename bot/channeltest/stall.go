package channeltest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// Stall calls a webhook over a line of its own, with one header and the first
// bytes of a body of 500, and then keeps silent. It returns what is answered
// until the line is closed; a webhook that waits for the rest fails the test.
func Stall(t *testing.T, webhook http.Handler, header, begin string) string {
	t.Helper()
	server := httptest.NewServer(webhook)
	defer server.Close()
	line, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = line.Close() }()
	_ = line.SetReadDeadline(time.Now().Add(patience))
	if _, err := fmt.Fprintf(line, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n%s\r\n\r\n%s", header, begin); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(line)
	if err != nil {
		t.Fatalf("answered %q, and then %v; want the end of the line", answer, err)
	}
	return string(answer)
}
