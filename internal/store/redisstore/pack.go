package redisstore

import "encoding/binary"

// packer builds the argument in which a script finds all that is short: each
// argument costs the server about as much as a small command.
type packer []byte

func (p packer) raw(b []byte) packer { return append(p, b...) }
func (p packer) u16(n uint16) packer { return binary.BigEndian.AppendUint16(p, n) }
func (p packer) u32(n uint32) packer { return binary.BigEndian.AppendUint32(p, n) }
func (p packer) u64(n uint64) packer { return binary.BigEndian.AppendUint64(p, n) }

func (p packer) flag(set bool) packer {
	if set {
		return append(p, 1)
	}
	return append(p, 0)
}
