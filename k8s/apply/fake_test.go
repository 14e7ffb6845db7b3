package apply

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/client-go/rest"

	"canopy/model"
)

// fake is a server that holds ConfigMaps, and can be made to fail.
type fake struct {
	t       *testing.T
	mu      sync.Mutex
	objects map[string]map[string]any
	version int
	// writes lists the real writes that were carried out.
	writes []string
	// before and after are asked before a request is carried out and after; they answer in its place where they return true.
	before, after func(w http.ResponseWriter, r *http.Request) bool
}

func newFake(t *testing.T) (*fake, *Writer) {
	t.Helper()
	f := &fake{t: t, objects: map[string]map[string]any{}, version: 1}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	w, err := New(Options{Config: &rest.Config{Host: server.URL, Timeout: 5 * time.Second}, Clock: quick{}})
	if err != nil {
		t.Fatal(err)
	}
	w.asking = 300 * time.Millisecond
	return f, w
}

// quick is a clock on which a pause takes no more than a moment.
type quick struct{ model.SystemClock }

func (quick) After(d time.Duration) <-chan time.Time { return time.After(d / 50) }

// hang breaks the connection off.
func hang(w http.ResponseWriter) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = c.Close()
	}
}

func status(w http.ResponseWriter, code int, reason, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message,
		"details": map[string]any{"name": "c", "kind": "configmaps"}})
}

func dry(r *http.Request) bool { return r.URL.Query().Get("dryRun") == "All" }

func write(r *http.Request) bool { return r.Method != http.MethodGet && !dry(r) }

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.before != nil && f.before(w, r) {
		return
	}
	body, _ := io.ReadAll(r.Body)
	recorder := httptest.NewRecorder()
	f.mu.Lock()
	f.serve(recorder, r, body)
	if write(r) && recorder.Code < 300 {
		f.writes = append(f.writes, r.Method)
	}
	f.mu.Unlock()
	if f.after != nil && f.after(w, r) {
		return
	}
	for k, v := range recorder.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(recorder.Body.Bytes())
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	name := strings.TrimPrefix(r.URL.Path, "/api/v1/namespaces/n/configmaps")
	name = strings.TrimPrefix(name, "/")
	old := f.objects[name]
	if r.Method != http.MethodPost && old == nil {
		status(w, 404, "NotFound", "configmaps \"c\" not found")
		return
	}
	var now map[string]any
	data, _ := json.Marshal(old)
	switch r.Method {
	case http.MethodGet:
		now = old
	case http.MethodPost:
		_ = json.Unmarshal(body, &now)
		name = now["metadata"].(map[string]any)["name"].(string)
		if f.objects[name] != nil {
			status(w, 409, "AlreadyExists", "configmaps \"c\" already exists")
			return
		}
		now["metadata"].(map[string]any)["uid"] = fmt.Sprint("u", f.version)
	case http.MethodPatch:
		var err error
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json-patch") {
			var p jsonpatch.Patch
			if p, err = jsonpatch.DecodePatch(body); err == nil {
				data, err = p.Apply(data)
			}
			if err != nil {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = io.WriteString(w, `{"apiVersion":"v1","kind":"Status","status":"Failure","code":422,"reason":"Invalid","details":{},"message":"the server rejected our request due to an error in our request"}`)
				return
			}
		} else if data, err = jsonpatch.MergePatch(data, body); err != nil {
			status(w, 400, "BadRequest", err.Error())
			return
		}
		_ = json.Unmarshal(data, &now)
		if now["metadata"].(map[string]any)["resourceVersion"] != old["metadata"].(map[string]any)["resourceVersion"] {
			status(w, 409, "Conflict", "the object has been modified")
			return
		}
	case http.MethodDelete:
		var options struct {
			Preconditions struct{ UID, ResourceVersion string }
		}
		_ = json.Unmarshal(body, &options)
		meta := old["metadata"].(map[string]any)
		if options.Preconditions.UID != meta["uid"] || !dry(r) && options.Preconditions.ResourceVersion != meta["resourceVersion"] {
			status(w, 409, "Conflict", "precondition failed")
			return
		}
		if !dry(r) {
			delete(f.objects, name)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"apiVersion":"v1","kind":"Status","status":"Success"}`)
		return
	}
	if r.Method != http.MethodGet {
		meta := now["metadata"].(map[string]any)
		if !dry(r) {
			f.version++
			meta["resourceVersion"] = fmt.Sprint(f.version)
			f.objects[name] = now
		}
		meta["managedFields"] = []any{map[string]any{"manager": r.URL.Query().Get("fieldManager"), "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1",
			"time": "2026-01-01T00:00:00Z", "fieldsV1": map[string]any{"f:data": map[string]any{"f:v" + fmt.Sprint(f.version): map[string]any{}}}}}
	}
	out := &bytes.Buffer{}
	_ = json.NewEncoder(out).Encode(now)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(out.Bytes())
}

// hold makes the server hold a ConfigMap.
func (f *fake) hold(name string, data map[string]any) model.Ref {
	f.version++
	f.objects[name] = map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "data": data,
		"metadata": map[string]any{"name": name, "namespace": "n", "uid": "u0", "resourceVersion": fmt.Sprint(f.version)}}
	return model.KindByName("ConfigMap").Ref("n", name)
}

// data gives what a ConfigMap holds, nil where it is not there.
func (f *fake) data(name string) any {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.objects[name] == nil {
		return nil
	}
	return f.objects[name]["data"]
}
