package config_test

import (
	"fmt"

	"github.com/doithoai/doithoai/internal/config"
)

// All faults come at once, each with its place and its cure.
func ExampleLoad() {
	_, err := config.Load("", []string{"DOITHOAI_LISTEN=8080", "DOITHOAI_TIMEZON=UTC"})
	fmt.Println(err)
	// Output:
	// biến DOITHOAI_TIMEZON: không có thiết đặt nào tên này. Có phải là DOITHOAI_TIMEZONE?
	// biến DOITHOAI_LISTEN: listen: «8080» không phải địa chỉ máy và cổng. Viết như 127.0.0.1:8080, hoặc :8080 để nghe trên mọi địa chỉ của máy.
}
