package apply

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/k8s/guard"
	"canopy/model"
)

func merge(ref model.Ref, body string) model.Step {
	return model.Step{Verb: model.Patch, Ref: ref, PatchType: types.MergePatchType, Body: []byte(body)}
}

func fakeCreate(name string) model.Step {
	return model.Step{Verb: model.Create, Ref: model.KindByName("ConfigMap").Ref("n", name),
		Body: []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"` + name + `","namespace":"n"},"data":{"made":"here"}}`)}
}

// steps are one of each verb, on a server that holds what they need.
func steps(f *fake) map[string]model.Step {
	f.hold("c", map[string]any{"a": "b", "list": "1"})
	f.hold("d", map[string]any{"d": "d"})
	config := model.KindByName("ConfigMap")
	return map[string]model.Step{
		"merge":  merge(config.Ref("n", "c"), `{"data":{"a":"new","list":null,"c":"d"}}`),
		"json":   {Verb: model.Patch, Ref: config.Ref("n", "c"), PatchType: types.JSONPatchType, Body: []byte(`[{"op":"replace","path":"/data/a","value":"new"},{"op":"remove","path":"/data/list"}]`)},
		"delete": {Verb: model.Delete, Ref: config.Ref("n", "d")},
		"create": fakeCreate("e"),
	}
}

// snapshot gives what the server holds, but for versions.
func (f *fake) snapshot() string {
	return fmt.Sprint(f.data("c"), f.data("d"), f.data("e"))
}

// TestLost loses the answer to a write in every way: before it was done and after, for a moment and for good. What was done
// is known in the end, or the undo takes it back if it was.
func TestLost(t *testing.T) {
	for name := range steps(&fake{objects: map[string]map[string]any{}}) {
		for _, done := range []bool{false, true} {
			for _, answer := range []string{"broken", "504", "503 of a proxy"} {
				for _, forGood := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s, done %v, %s, for good %v", name, done, answer, forGood), func(t *testing.T) {
						testLost(t, name, answer, done, forGood)
					})
				}
			}
		}
	}
}

func testLost(t *testing.T, name, answer string, done, forGood bool) {
	f, w := newFake(t)
	step := steps(f)[name]
	was := f.snapshot()
	var failed, healed atomic.Bool
	fail := func(w http.ResponseWriter, r *http.Request) bool {
		if healed.Load() || failed.Load() && !forGood || !failed.Load() && !write(r) {
			return false
		}
		failed.Store(true)
		switch answer {
		case "504":
			status(w, 504, "Timeout", "Timeout: request did not complete within requested timeout")
		case "503 of a proxy":
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, "<html>no upstream</html>")
		default:
			hang(w)
		}
		return true
	}
	if done {
		f.after = fail
	} else {
		f.before = fail
	}
	applied, err := w.Apply(t.Context(), plan(step), nil, nil)
	if !forGood {
		// The server came back: it was done, once, and is known to be.
		if err != nil || !applied.Done[0] || len(f.writes) != 1 || len(applied.Undo.Steps) != 1 || applied.Undo.Steps[0].IfDone || f.snapshot() == was {
			t.Fatalf("%v %+v, writes %v", err, applied, f.writes)
		}
	} else {
		e := failure(t, err)
		if e.Cause != model.CauseLost || !strings.Contains(e.Message, "is not known") || applied.Done[0] || len(applied.Undo.Steps) != 1 || !applied.Undo.Steps[0].IfDone {
			t.Fatalf("%v %+v", e, applied)
		}
		if (f.snapshot() != was) != done {
			t.Fatalf("the server holds %s", f.snapshot())
		}
	}
	healed.Store(true)
	back, err := w.Apply(t.Context(), applied.Undo, nil, nil)
	if err != nil || f.snapshot() != was {
		t.Fatalf("undo: %v\nbefore %s\nafter  %s\n%+v\n%s", err, was, f.snapshot(), applied.Undo, show(back.Checks))
	}
	if forGood && !done && (len(f.writes) != 0 || !strings.Contains(back.Checks[0].Message, "nothing to take back")) {
		t.Errorf("writes %v %s", f.writes, show(back.Checks))
	}
}

// TestLate loses the answer to a write that is carried out only after the server was asked about it.
func TestLate(t *testing.T) {
	for _, name := range []string{"merge", "json", "delete", "create"} {
		t.Run(name, func(t *testing.T) {
			f, w := newFake(t)
			step := steps(f)[name]
			was := f.snapshot()
			var late *http.Request
			var body []byte
			f.before = func(rw http.ResponseWriter, r *http.Request) bool {
				if !write(r) {
					return false
				}
				if late == nil {
					body, _ = io.ReadAll(r.Body)
					late = r.Clone(context.Background())
					hang(rw)
					return true
				}
				// The second comes; the first is carried out just before it.
				f.mu.Lock()
				defer f.mu.Unlock()
				f.serve(httptest.NewRecorder(), late, body)
				return false
			}
			applied, err := w.Apply(t.Context(), plan(step), nil, nil)
			if err != nil || !applied.Done[0] || len(applied.Undo.Steps) != 1 || f.snapshot() == was {
				t.Fatalf("%v %+v", err, applied)
			}
			f.before = nil
			if _, err := w.Apply(t.Context(), applied.Undo, nil, nil); err != nil || f.snapshot() != was {
				t.Errorf("%v\nbefore %s\nafter  %s", err, was, f.snapshot())
			}
		})
	}
}

// TestLostToOthers loses an answer, and finds the object changed by somebody else.
func TestLostToOthers(t *testing.T) {
	f, w := newFake(t)
	step := steps(f)["merge"]
	f.before = func(rw http.ResponseWriter, r *http.Request) bool {
		if !write(r) {
			return false
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.hold("c", map[string]any{"a": "theirs"})
		hang(rw)
		return true
	}
	applied, err := w.Apply(t.Context(), plan(step), nil, nil)
	if e := failure(t, err); e.Cause != model.CauseChanged || len(applied.Undo.Steps) != 0 {
		t.Errorf("%v %+v", err, applied)
	}
	// An undo that is unsure does not go over what others did.
	back := model.Step{Verb: model.Patch, Ref: step.Ref, PatchType: types.JSONPatchType, IfDone: true, Body: []byte(`[{"op":"test","path":"/data/a","value":"new"},{"op":"replace","path":"/data/a","value":"b"}]`)}
	f.before = nil
	_, err = w.Apply(t.Context(), plan(back), nil, nil)
	if e := failure(t, err); e.Cause != model.CauseChanged || !strings.Contains(e.Message, "not clear") {
		t.Error(err)
	}
	// What somebody else made stays.
	f.hold("e", nil)
	applied, err = w.Apply(t.Context(), plan(model.Step{Verb: model.Delete, Ref: model.KindByName("ConfigMap").Ref("n", "e"), IfDone: true}), nil, nil)
	if err != nil || len(f.writes) != 0 {
		t.Fatal(err, f.writes)
	}
	expect(t, applied.Checks, 0, model.Warned, "", "Somebody else")
}

// TestStoppedByUser ends the context while a step is carried out: it is found out what became of it.
func TestStoppedByUser(t *testing.T) {
	f, w := newFake(t)
	all := steps(f)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f.after = func(_ http.ResponseWriter, r *http.Request) bool {
		if write(r) {
			cancel()
			<-r.Context().Done()
			return true
		}
		return false
	}
	applied, err := w.Apply(ctx, plan(all["merge"], all["delete"]), nil, nil)
	if e := failure(t, err); e.Step != 1 || !applied.Done[0] || len(applied.Undo.Steps) != 1 || f.data("d") == nil {
		t.Errorf("%v %+v", err, applied)
	}
}

// TestBusy has others write the object each time, and the server ask for patience.
func TestBusy(t *testing.T) {
	f, w := newFake(t)
	step := steps(f)["json"]
	n := 0
	f.before = func(rw http.ResponseWriter, r *http.Request) bool {
		if !write(r) {
			return false
		}
		if n++; n == 1 {
			status(rw, 429, "TooManyRequests", "too many requests")
			return true
		}
		if n < 4 {
			// A controller writes the status.
			f.mu.Lock()
			f.version++
			f.objects["c"]["status"] = fmt.Sprint(n)
			f.objects["c"]["metadata"].(map[string]any)["resourceVersion"] = fmt.Sprint(f.version)
			f.mu.Unlock()
		}
		return false
	}
	if applied, err := w.Apply(t.Context(), plan(step), nil, nil); err != nil || n != 4 || len(f.writes) != 1 {
		t.Fatal(err, n, applied)
	}
	always := func(_ http.ResponseWriter, r *http.Request) bool {
		if write(r) {
			f.mu.Lock()
			f.version++
			f.objects["c"]["metadata"].(map[string]any)["resourceVersion"] = fmt.Sprint(f.version)
			f.mu.Unlock()
		}
		return false
	}
	f.before = always
	_, err := w.Apply(t.Context(), plan(merge(step.Ref, `{"data":{"x":"y"}}`)), nil, nil)
	if e := failure(t, err); e.Cause != model.CauseConflict || len(f.writes) != 1 {
		t.Error(err)
	}
}

// TestUndryable has a webhook that takes no dry run: nobody can say before, and the plan can be carried out all the same.
func TestUndryable(t *testing.T) {
	f, w := newFake(t)
	step := steps(f)["merge"]
	f.before = func(rw http.ResponseWriter, r *http.Request) bool {
		if dry(r) {
			status(rw, 400, "BadRequest", `admission webhook "w.example.com" does not support dry run`)
		}
		return dry(r)
	}
	trial, err := w.DryRun(t.Context(), plan(step), nil)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, trial.Checks, 0, model.Untestable, model.CauseRefused, "takes no dry run", "w.example.com")
	was := f.snapshot()
	// Its answer is lost for good: what takes it back is worked out without the server.
	var failed atomic.Bool
	f.after = func(rw http.ResponseWriter, r *http.Request) bool {
		if write(r) {
			failed.Store(true)
		}
		if failed.Load() {
			hang(rw)
		}
		return failed.Load()
	}
	applied, err := w.Apply(t.Context(), plan(step), trial, nil)
	if e := failure(t, err); e.Cause != model.CauseLost || !applied.Undo.Steps[0].IfDone || f.snapshot() == was {
		t.Fatal(err, applied)
	}
	f.before, f.after = nil, nil
	if _, err := w.Apply(t.Context(), applied.Undo, nil, nil); err != nil || f.snapshot() != was {
		t.Error(err, f.snapshot())
	}
}

// TestRequests looks at what is sent: who writes, how strictly, and what of Secrets is asked for. Warnings come along.
func TestRequests(t *testing.T) {
	f, w := newFake(t)
	all := steps(f)
	f.before = func(rw http.ResponseWriter, r *http.Request) bool {
		q := r.URL.Query()
		if r.Method != http.MethodGet && r.Method != http.MethodDelete && (q.Get("fieldManager") != "canopy" || q.Get("fieldValidation") != "Strict") {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		if r.UserAgent() != "canopy" {
			t.Errorf("user agent %q", r.UserAgent())
		}
		rw.Header().Add("Warning", `299 - "this is old"`)
		return false
	}
	applied, err := w.Apply(t.Context(), plan(all["merge"], all["delete"], all["create"]), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range applied.Checks {
		expect(t, applied.Checks, i, model.Warned, "", "this is old")
	}
	if want := []string{"PATCH", "DELETE", "POST"}; !reflect.DeepEqual(f.writes, want) {
		t.Error(f.writes)
	}
	// A server that would send a Secret whole is not listened to.
	f.before = func(rw http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.Header.Get("Accept"), "PartialObjectMetadata") {
			t.Errorf("%s %s accepts %s", r.Method, r.URL, r.Header.Get("Accept"))
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"n"},"data":{"a":"aHVudGVyMg=="}}`)
		return true
	}
	secret := model.KindByName("Secret").Ref("n", "s")
	trial, err := w.DryRun(t.Context(), plan(merge(secret, `{"metadata":{"labels":{"a":"b"}}}`)), nil)
	if err != nil || trial.Steps[0].Before != nil {
		t.Error(err, trial)
	}
	expect(t, trial.Checks, 0, model.Failed, model.CauseOther, "would send Secrets whole")
}

// TestDryByConstruction looks that a rehearsal cannot write, whatever is asked of it.
func TestDryByConstruction(t *testing.T) {
	f, w := newFake(t)
	all := steps(f)
	w.rehearsing.dry = false
	for name, step := range all {
		trial, err := w.DryRun(t.Context(), plan(step), nil)
		if err != nil || trial.Checks[0].Outcome != model.Failed || len(f.writes) > 0 {
			t.Errorf("%s: %v %+v", name, err, trial)
		}
	}
	if _, err := w.reading.create(t.Context(), target{kind: model.KindByName("ConfigMap"), namespace: "n"}, all["create"].Body); !errors.Is(err, guard.ErrWrite) {
		t.Error(err)
	}
}

// TestWords puts what servers say into words.
func TestWords(t *testing.T) {
	made := func(code int, reason metav1.StatusReason, message string) error {
		return &apierrors.StatusError{ErrStatus: metav1.Status{Code: int32(code), Reason: reason, Message: message, Details: &metav1.StatusDetails{Name: "x", Kind: "y"}}}
	}
	tests := []struct {
		err   error
		cause model.Cause
		words string
	}{
		{made(401, "Unauthorized", "Unauthorized"), model.CauseForbidden, "Log in again"},
		{made(403, "Forbidden", `pods "a" is forbidden: maximum cpu usage per Container is 1`), model.CauseRefused, "maximum cpu"},
		{made(403, "Forbidden", `admission webhook "policy.example.com" denied the request: no`), model.CauseRefused, "webhook refuses"},
		{made(400, "BadRequest", `admission webhook "policy.example.com" denied the request: no`), model.CauseRefused, "webhook refuses"},
		{made(422, "Invalid", `x is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no`), model.CauseRefused, "policy refuses"},
		{made(500, "InternalError", `Internal error occurred: failed calling webhook "w": dial`), model.CauseRefused, "does not answer"},
		{made(500, "InternalError", "etcdserver: request timed out"), model.CauseLost, "error of its own (500)"},
		{made(429, "TooManyRequests", "slow down"), model.CauseOther, "busy"},
		{made(415, "UnsupportedMediaType", "the body of the request was in an unknown format"), model.CauseInvalid, "does not take it"},
		{made(418, "Teapot", "short and stout"), model.CauseOther, "(418)"},
		{made(422, "Invalid", `patch: Invalid value: "{\"data\":{\"a\":\"hunter2\"}}": unknown field "x"`), model.CauseInvalid, `Invalid value: an object: unknown field`},
		{errors.New("getting credentials: exec: no such file"), model.CauseForbidden, "Not logged in"},
		{context.DeadlineExceeded, model.CauseLost, "in time"},
		{io.ErrUnexpectedEOF, model.CauseLost, "connection was lost"},
		{guard.ErrWrite, model.CauseLost, ""},
	}
	for _, tt := range tests {
		f := faultOf(tt.err)
		if f.cause != tt.cause || !strings.Contains(strings.ReplaceAll(f.message, `\"`, `"`), tt.words) || strings.Contains(f.message, "hunter2") {
			t.Errorf("%v: %+v", tt.err, f)
		}
	}
	if f := faultOf(made(403, "Forbidden", strings.Repeat("x", 5000))); len(f.message) > 500 {
		t.Errorf("%d bytes", len(f.message))
	}
}
