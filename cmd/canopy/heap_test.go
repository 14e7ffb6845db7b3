package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/analysis/secret/detect"
	"canopy/k8s/labtest"
	"canopy/k8s/live"
	"canopy/model"
	"canopy/model/cluster"
)

// heapHelper names the kubeconfig with which the test binary, started again, does Canopy's reading. The process that plants
// the values cannot be the one that is searched for them.
const heapHelper = "CANOPY_HEAP_HELPER"

// TestHeapHoldsNoSecret plants values that nobody can know in a real cluster, lets another process read it, and looks for
// them in that process: those of Secrets in all of its memory, since they never enter it, and those in annotations, kubectl's copies
// among them, and in ConfigMaps, which the API server sends along and the inspector looks at, in a dump of its heap after later traffic
// and two collections.
func TestHeapHoldsNoSecret(t *testing.T) {
	if kubeconfig := os.Getenv(heapHelper); kubeconfig != "" {
		readAndDump(t, kubeconfig)
		return
	}
	// Without controllers: they would write to what was planted, and so send it again, after the traffic.
	lab := labtest.Private(t)
	client, namespace := lab.Client(labtest.Admin), lab.Namespace(t)
	secret, applied := map[string]string{}, map[string]string{}
	plant := func(name string) {
		a, b, c, note, config := canary(), canary(), canary(), canary(), canary()
		secret[name+" data"], secret[name+" stringData"], applied[name+" last-applied"] = a, b, c
		// The inspector looks at these, and finds them.
		applied[name+" annotation"], applied[name+" ConfigMap"] = note, config
		meta := metav1.ObjectMeta{Name: name, Annotations: map[string]string{"example.com/api-token": note, corev1.LastAppliedConfigAnnotation: `{"data":{"a":"` +
			base64.StdEncoding.EncodeToString([]byte(c)) + `"},"stringData":{"b":"` + c + `"},"password":"` + c + `"}`}}
		_, err := client.CoreV1().Secrets(namespace).Create(t.Context(), &corev1.Secret{ObjectMeta: meta,
			Data: map[string][]byte{"a": []byte(a)}, StringData: map[string]string{"b": b}}, metav1.CreateOptions{})
		if err == nil {
			data := map[string]string{"DB_PASSWORD": config, "app.json": `{"db":{"password":"` + config + `"}}`,
				"ENCODED": base64.StdEncoding.EncodeToString([]byte("password=" + config))}
			_, err = client.CoreV1().ConfigMaps(namespace).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: meta, Data: data}, metav1.CreateOptions{})
		}
		if err == nil {
			d := privileged(name)
			d.Annotations = meta.Annotations
			_, err = client.AppsV1().Deployments(namespace).Create(t.Context(), d, metav1.CreateOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	plant("listed")

	child := startHelper(t, lab.Kubeconfig(labtest.Canopy))
	child.told("settled")
	plant("watched")
	rotated := canary()
	secret["rotated"] = rotated
	patch := `{"stringData":{"b":"` + rotated + `"}}`
	if _, err := client.CoreV1().Secrets(namespace).Patch(t.Context(), "listed", "application/merge-patch+json", []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	child.ask("seen " + namespace + " watched")
	child.ask("get " + namespace + " watched")
	child.ask("exposed " + namespace + " listed")
	child.ask("exposed " + namespace + " watched")
	memory := child.memory()
	traffic(t, client, namespace)
	child.ask("seen " + namespace + " last")
	dump := filepath.Join(t.TempDir(), "heap")
	child.ask("dump " + dump)

	heap, err := os.ReadFile(dump)
	if err != nil {
		t.Fatal(err)
	}
	// The name is how one knows that the search finds what is there.
	if !bytes.Contains(heap, []byte(namespace)) {
		t.Fatalf("the heap dump of %d bytes does not even hold the name of the namespace", len(heap))
	}
	for what, value := range applied {
		search(t, what, heap, value, "the heap")
	}
	t.Logf("searched a heap of %.1f MB and %.1f MB of memory", float64(len(heap))/(1<<20), float64(len(memory))/(1<<20))
	for what, value := range secret {
		search(t, what, heap, value, "the heap")
		search(t, what, memory, value, "the memory")
	}
	came := 0
	for _, value := range applied {
		came += bytes.Count(memory, []byte(value))
	}
	// That they came and went is how one knows that the search would have found the others.
	if came == 0 && memory != nil {
		t.Error("the memory did not hold kubectl's copies at any time: is it searched at all?")
	}
	child.end()
}

// canary is a value that is nowhere else. Its length makes its base64 the same wherever it stands in a text of such values.
func canary() string {
	b := make([]byte, 18)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func search(t *testing.T, what string, in []byte, value, where string) {
	t.Helper()
	for _, text := range []string{value, base64.StdEncoding.EncodeToString([]byte(value))} {
		if at := bytes.Index(in, []byte(text)); at >= 0 {
			t.Errorf("%s holds the value of %s: …%q…", where, what, in[max(0, at-80):min(len(in), at+len(text)+80)])
		}
	}
}

// traffic makes events of many sizes, so that buffers are used again, and ends with an object named last.
func traffic(t *testing.T, client kubernetes.Interface, namespace string) {
	t.Helper()
	for i := range 60 {
		filler := map[string]string{"filler": strings.Repeat("x", 1<<(i%15))}
		name := "traffic-" + strconv.Itoa(i)
		if i == 59 {
			name = "last"
		}
		_, err := client.CoreV1().ConfigMaps(namespace).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: filler}, metav1.CreateOptions{})
		if err == nil {
			meta := metav1.ObjectMeta{Name: name, Annotations: filler}
			_, err = client.CoreV1().Secrets(namespace).Create(t.Context(), &corev1.Secret{ObjectMeta: meta}, metav1.CreateOptions{})
		}
		if err == nil {
			d := privileged(name)
			d.Annotations, d.Spec.Replicas = filler, new(int32)
			_, err = client.AppsV1().Deployments(namespace).Create(t.Context(), d, metav1.CreateOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// helper is the process that reads.
type helper struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
}

func startHelper(t *testing.T, kubeconfig string) *helper {
	t.Helper()
	h := &helper{t: t, cmd: exec.Command(os.Args[0], "-test.run=^TestHeapHoldsNoSecret$")}
	// Nothing is collected until it is asked for, so that what has once come in can still be found.
	h.cmd.Env = append(os.Environ(), heapHelper+"="+kubeconfig, "GOGC=off")
	var err error
	if h.in, err = h.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h.lines = bufio.NewScanner(out)
	t.Cleanup(func() { _ = h.cmd.Process.Kill() })
	return h
}

// told waits for a line.
func (h *helper) told(want string) {
	h.t.Helper()
	if !h.lines.Scan() || h.lines.Text() != want {
		h.t.Fatalf("the helper says %q, want %q", h.lines.Text(), want)
	}
}

func (h *helper) ask(line string) {
	h.t.Helper()
	if _, err := fmt.Fprintln(h.in, line); err != nil {
		h.t.Fatal(err)
	}
	h.told("ok")
}

// end lets the helper end by itself.
func (h *helper) end() {
	h.t.Helper()
	h.in.Close()
	for h.lines.Scan() { // what the testing package says at the end
	}
	if err := h.cmd.Wait(); err != nil {
		h.t.Errorf("the helper: %v", err)
	}
}

// memory is all that the helper may write to, as the system sees it: what the collector has freed is in it too.
func (h *helper) memory() []byte {
	h.t.Helper()
	dir := fmt.Sprintf("/proc/%d/", h.cmd.Process.Pid)
	maps, err := os.ReadFile(dir + "maps")
	if errors.Is(err, os.ErrNotExist) {
		h.t.Log("NOT TESTED: no /proc, so only the heap was searched")
		return nil
	}
	if err != nil {
		h.t.Fatal(err)
	}
	file, err := os.Open(dir + "mem")
	if err != nil {
		h.t.Fatal(err)
	}
	defer file.Close()
	var all []byte
	for line := range strings.Lines(string(maps)) {
		var start, end uint64
		var rights string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &start, &end, &rights); n != 3 || !strings.HasPrefix(rights, "rw") {
			continue
		}
		part := make([]byte, end-start)
		n, err := file.ReadAt(part, int64(start))
		if err != nil && n == 0 {
			continue // the kernel's own
		}
		all = append(all, part[:n]...)
	}
	return all
}

// readAndDump is the helper: Canopy's source and engine on a cluster, and orders on standard input. It is never told what
// to look for.
func readAndDump(t *testing.T, kubeconfig string) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	source, err := live.New(live.Options{Config: config, Version: "heap", Inspector: detect.Default()})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(engine.Options{Rules: rules})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { _ = e.Run(ctx) }()
	go func() { _ = source.Run(ctx, e) }()
	if _, err := e.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	fmt.Println("settled")
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		words := strings.Fields(orders.Text())
		switch words[0] {
		case "seen":
			err = seen(ctx, e, words[1], words[2])
		case "get":
			_, err = source.Get(ctx, model.KindByName("Secret").Ref(words[1], words[2]))
		case "exposed":
			err = exposed(ctx, e, words[1], words[2])
		case "dump":
			err = dumpHeap(words[1])
		}
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("ok")
	}
}

func dumpHeap(path string) error {
	runtime.GC()
	runtime.GC()
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	debug.WriteHeapDump(file.Fd())
	return file.Close()
}

// seen waits until the engine holds the objects of a name.
func seen(ctx context.Context, e *engine.Engine, namespace, name string) error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	for {
		found := 0
		if err := e.Read(ctx, func(c *cluster.Cluster) {
			for _, kind := range []string{"Secret", "ConfigMap", "Deployment"} {
				if c.Get(model.KindByName(kind).Ref(namespace, name)) != nil {
					found++
				}
			}
		}); err != nil {
			return err
		}
		if found == 3 {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// exposed tells that the inspector has looked at the objects of a name and found what stands in them.
func exposed(ctx context.Context, e *engine.Engine, namespace, name string) error {
	var missing error
	err := e.Read(ctx, func(c *cluster.Cluster) {
		for kind, least := range map[string]int{"Secret": 1, "ConfigMap": 5, "Deployment": 2} {
			ref := model.KindByName(kind).Ref(namespace, name)
			if holder, ok := c.Get(ref).(interface{ Exposed() []model.Exposure }); !ok || len(holder.Exposed()) < least {
				missing = fmt.Errorf("the inspector has not found what stands in %s", ref)
			}
		}
	})
	return errors.Join(err, missing)
}
