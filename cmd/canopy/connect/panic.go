package connect

import (
	"context"
	"runtime/debug"

	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
)

// OnPanic makes client-go hand over the panics of its goroutines, which run the transforms and handlers of informers: by
// itself it ends the process with them, whatever a terminal is set to. What has panicked goes on if it can, until it is
// closed. It is called before anything is connected to; the function that it gives makes client-go as it was.
func OnPanic(to func(cause any, stack []byte)) (restore func()) {
	crash, handlers := utilruntime.ReallyCrash, utilruntime.PanicHandlers
	utilruntime.ReallyCrash = false
	utilruntime.PanicHandlers = []func(context.Context, any){func(_ context.Context, cause any) { to(cause, debug.Stack()) }}
	return func() { utilruntime.ReallyCrash, utilruntime.PanicHandlers = crash, handlers }
}
