package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"canopy/k8s/labtest"
)

// machine is a node whose kubelet the test plays: it hears what the API server asks of a kubelet, and asks for the tokens that a kubelet writes
// into pods, with a node's certificate.
type machine struct {
	name    string
	lab     *labtest.Lab
	admin   kubernetes.Interface
	dynamic dynamic.Interface

	mutex sync.Mutex
	heard map[string]int
}

func newMachine(t *testing.T, lab *labtest.Lab) *machine {
	t.Helper()
	client, err := dynamic.NewForConfig(lab.Config(labtest.Admin))
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{name: "played", lab: lab, admin: lab.Client(labtest.Admin), dynamic: client, heard: map[string]int{}}
	server := httptest.NewTLSServer(m)
	t.Cleanup(server.Close)
	host, text, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: m.name, Labels: map[string]string{corev1.LabelOSStable: "linux"}}}
	n, err = m.admin.CoreV1().Nodes().Create(t.Context(), n, metav1.CreateOptions{})
	for range 100 {
		if err == nil {
			n.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: host}}
			n.Status.DaemonEndpoints.KubeletEndpoint.Port = int32(port)
			if _, err = m.admin.CoreV1().Nodes().UpdateStatus(t.Context(), n, metav1.UpdateOptions{}); err == nil {
				break
			}
		}
		// The simulator reports for it at the same time.
		n, err = m.admin.CoreV1().Nodes().Get(t.Context(), m.name, metav1.GetOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ServeHTTP hears a request of the API server, and answers as no kubelet does, so that the answer is known again.
func (m *machine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mutex.Lock()
	m.heard[r.URL.Path]++
	m.mutex.Unlock()
	w.WriteHeader(http.StatusTeapot)
	_, _ = fmt.Fprint(w, "played ", r.URL.Path)
}

// hears counts the requests for a path.
func (m *machine) hears(path string) int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.heard[path]
}

// inside is the attacker in a pod, with the token that its kubelet writes into it. The server gives it to the pod's node alone, and for a pod that
// is there.
func (a *attacker) inside(namespace, pod string) (*attacker, error) {
	var p *corev1.Pod
	err := a.waits("a node for "+pod, func(ctx context.Context) bool {
		var err error
		p, err = a.admin.CoreV1().Pods(namespace).Get(ctx, pod, metav1.GetOptions{})
		return err == nil && p.Spec.NodeName != ""
	})
	if err != nil {
		return nil, err
	}
	node := a.onNode(p.Spec.NodeName)
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		BoundObjectRef: &authenticationv1.BoundObjectReference{APIVersion: "v1", Kind: "Pod", Name: pod, UID: p.UID},
	}}
	err = node.settled(func() error {
		var err error
		request, err = node.client.CoreV1().ServiceAccounts(namespace).CreateToken(a.ctx, p.Spec.ServiceAccountName, request, metav1.CreateOptions{})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the token of pod %s: %w", pod, err)
	}
	return a.withToken(request.Status.Token), nil
}

// onNode is the attacker as the kubelet of a node.
func (a *attacker) onNode(name string) *attacker {
	return a.holder(a.t, a.lab.ShortLivedConfig("system:node:"+name, []string{"system:nodes"}, time.Hour))
}

// waits for something that a controller does, seen with the administrator's eyes.
func (a *attacker) waits(what string, so func(context.Context) bool) error {
	for end := time.Now().Add(deadline); !so(a.ctx); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("not within %s: %s", deadline, what)
		}
	}
	return nil
}

// found waits for a pod of a namespace that is not on its way out.
func (a *attacker) found(namespace string, wanted func(*corev1.Pod) bool) (name string, err error) {
	err = a.waits("such a pod in "+namespace, func(ctx context.Context) bool {
		pods, err := a.admin.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false
		}
		for i := range pods.Items {
			if p := &pods.Items[i]; p.DeletionTimestamp == nil && wanted(p) {
				name = p.Name
				return true
			}
		}
		return false
	})
	return name, err
}

// streams asks for a connection to a pod, as kubectl does, and wants the answer of the machine.
func (a *attacker) streams(method, path string, headers map[string]string) error {
	status, text, err := a.sends(method, path, headers)
	if err != nil {
		return err
	}
	if status != http.StatusTeapot {
		return fmt.Errorf("%s %s: %d %s", method, path, status, text)
	}
	return nil
}
