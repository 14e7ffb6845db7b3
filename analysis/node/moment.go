package node

import (
	"time"

	"canopy/analysis/lifecycle"
)

const day = int64(24 * time.Hour / time.Second)

// moment is when something is judged, in seconds since 1970, and the first later one at which the answer may be another, 0 where none is.
// Whoever compares with the clock does it by past, so that none is forgotten.
type moment struct{ now, next int64 }

// past tells that a moment has come.
func (m *moment) past(at int64) bool {
	if m.now >= at {
		return true
	}
	m.within(at)
	return false
}

// over tells that a day has gone by.
func (m *moment) over(d lifecycle.Day) bool { return m.past(start(d) + day) }

// old tells that what is known as of a day is older than people are warned of.
func (m *moment) old(asOf lifecycle.Day) bool {
	return m.past(start(asOf) + int64(lifecycle.StaleAfter/time.Second))
}

func (m *moment) within(at int64) {
	if at != 0 && (m.next == 0 || at < m.next) {
		m.next = at
	}
}

func start(d lifecycle.Day) int64 { return int64(d) * day }

// dated writes the date of a moment in seconds since 1970; "" for none.
func dated(at int64) string {
	if at == 0 {
		return ""
	}
	return time.Unix(at, 0).UTC().Format(time.DateOnly)
}

// memo keeps answers that many nodes share, for as long as they hold.
type memo[K comparable, V any] map[K]remembered[V]

type remembered[V any] struct {
	value V
	next  int64
}

// memoMost bounds a memo: what nodes tell may be another text on each. Then answers are only worked out again.
const memoMost = 4096

// get gives the answer for a key, from memory where it still holds.
func (c memo[K, V]) get(m *moment, key K, work func(*moment) V) V {
	r, ok := c[key]
	if !ok || r.next != 0 && m.now >= r.next {
		own := moment{now: m.now}
		r.value = work(&own)
		r.next = own.next
		if len(c) >= memoMost {
			clear(c)
		}
		c[key] = r
	}
	m.within(r.next)
	return r.value
}
