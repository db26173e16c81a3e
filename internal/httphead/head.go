package httphead

import "net/http"

// Nothing is the policy of an answer that is no page.
const Nothing = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// hsts is for how long a browser that once came over https comes over nothing
// else: a year. Other names of the domain are their owners' to decide.
const hsts = "max-age=31536000"

// Set writes what holds for every answer.
func Set(head http.Header) {
	head.Set("Content-Security-Policy", Nothing)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("X-Frame-Options", "DENY") // browsers that do not know frame-ancestors
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Permissions-Policy", "accelerometer=(), camera=(), clipboard-read=(), display-capture=(), geolocation=(), gyroscope=(), "+
		"microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("X-Permitted-Cross-Domain-Policies", "none")
	head.Set("Cache-Control", "no-store")
}

// Around answers as next does, on top of what [Set] writes; https says that
// residents reach the site over nothing else.
func Around(next http.Handler, https bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Set(w.Header())
		if https {
			w.Header().Set("Strict-Transport-Security", hsts)
		}
		next.ServeHTTP(w, r)
	})
}
