package main

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"canopy/k8s/labtest"
)

// scheme is an attack: what an attacker holds, what is in the way, and how it is walked. All of it is in namespaces of its own.
type scheme struct {
	name string
	// hops are the edges that Canopy must show, from the attacker on, A/B where either will do; it may show more after them.
	hops string
	// open is the confidence of the path where Canopy may leave it open. It may always know better.
	open string
	// unshown says why Canopy shows nothing of what can be walked.
	unshown string
	by      attackers
	// from and to are the ends in the words of the command line; "" is the attacker, and the prize of the vault.
	from, to string
	// level is what Pod Security enforces in the attacker's namespace: baseline where it is "", none where it is "-".
	level string
	held  []right
	// objects are YAML documents beyond those that each stage has: see stage.build.
	objects string
	// walk does what the attacker would, and nil says that it holds the prize.
	walk func(*attacker) error
	near []neighbour
}

// attackers are the kinds of attackers.
type attackers uint8

const (
	account attackers = iota // an account with a token
	person                   // a user with a certificate
	nobody                   // nobody that the server knows
)

// right is what the attacker may, in "ns", its own namespace, in "vault", or in "" the whole cluster. Clauses are VERBS RESOURCE.GROUP NAMES.
type right struct{ at, may string }

// neighbour is the same attack with one thing changed that ends it.
type neighbour struct {
	name   string
	change func(*scheme)
}

// may changes what one of the grants gives, at where it holds.
func may(i int, now string) func(*scheme)  { return func(s *scheme) { s.held[i].may = now } }
func at(i int, place string) func(*scheme) { return func(s *scheme) { s.held[i].at = place } }
func open(now, confidence string) func(*scheme) {
	return func(s *scheme) { s.held[0].may, s.open = now, confidence }
}
func level(enforced string) func(*scheme) { return func(s *scheme) { s.level = enforced } }
func instead(old, now string) func(*scheme) {
	return func(s *scheme) {
		if strings.Count(s.objects, old) != 1 {
			panic(fmt.Sprintf("%q is not once in the objects of %s", old, s.name))
		}
		s.objects = strings.Replace(s.objects, old, now, 1)
	}
}

// errNothing is a walk in which the server refused no request, and that led to nothing all the same.
var errNothing = errors.New("all was allowed and nothing came of it")

// refused tells whether a walk ended as the server wants it.
func refused(err error) bool {
	return apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) || errors.Is(err, errNothing)
}

// trial is a scheme or a neighbour of it, on its stage.
type trial struct {
	scheme
	near  bool
	stage *stage
	shown route
}

// trials lists all schemes, each before its neighbours.
func trials() []*trial {
	var list []*trial
	for _, s := range [][]scheme{secretSchemes(), identitySchemes(), grantSchemes(), podSchemes(), execSchemes(), nodeSchemes(), apiSchemes(), hookSchemes()} {
		for i := range s {
			one := &s[i]
			list = append(list, &trial{scheme: *one})
			for _, n := range one.near {
				other := *one
				other.held = append([]right(nil), one.held...)
				other.open = ""
				n.change(&other)
				other.name += ", but " + n.name
				list = append(list, &trial{scheme: other, near: true})
			}
		}
	}
	return list
}

// TestLiveWalks walks attacks on a real API server, with nothing but what the attacker holds: where Canopy shows a path the walk ends at the
// prize, and where it shows none the server refuses it. No kubelet runs, so the test plays its part: see machine.
func TestLiveWalks(t *testing.T) {
	lab := labtest.Private(t, labtest.WithComponents("etcd", "apiserver", "controller-manager", "scheduler", "nodes"))
	m, all := newMachine(t, lab), trials()
	atOnce(all, func(i int) { all[i].stage = newStage(t, lab, m, i, all[i]) })
	if t.Failed() {
		return
	}
	for _, one := range all {
		one.stage.ready()
	}
	// Walks change the cluster, so that all is asked before the first.
	if asking() {
		atOnce(all, func(i int) { all[i].shown = ask(t, lab, all[i].stage.from(), all[i].stage.goal()) })
		if proven := proven(all); len(proven) < 12 {
			t.Errorf("only %v are proven", proven)
		}
	}
	for _, one := range all {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			err := one.walk(one.stage.attacker(t))
			switch {
			case one.near && err == nil:
				t.Errorf("the server lets it pass")
			case one.near && !refused(err):
				t.Errorf("it is not refused, it fails: %v", err)
			case !one.near && err != nil:
				t.Errorf("the walk ends: %v", err)
			}
			t.Logf("%v", err)
			if asking() {
				one.compare(t)
			}
		})
	}
}

// atOnce does something for each, a few at a time.
func atOnce(all []*trial, do func(i int)) {
	var wait sync.WaitGroup
	queue := make(chan int)
	for range 4 {
		wait.Go(func() {
			for i := range queue {
				do(i)
			}
		})
	}
	for i := range all {
		queue <- i
	}
	close(queue)
	wait.Wait()
}
