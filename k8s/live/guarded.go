package live

import utilruntime "k8s.io/apimachinery/pkg/util/runtime"

// guarded lets the handlers of client-go know of a panic, as its own goroutines do. Whoever has set them to go on, as the
// dashboard has, gets his terminal back; else the process ends as without it.
func guarded(f func()) func() {
	return func() {
		defer utilruntime.HandleCrash()
		f()
	}
}
