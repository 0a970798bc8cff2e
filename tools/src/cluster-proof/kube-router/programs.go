//go:build programs

// Package router names the program that enforces NetworkPolicies, so that go.mod and go.sum pin what it is made of.
package router

import _ "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router"
