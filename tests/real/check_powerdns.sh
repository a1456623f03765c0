#!/bin/bash
# SPDX-License-Identifier: MIT
# PowerDNS on loopback, with the API description that it publishes.
exec "$(dirname "$0")/powerdns/run.py"
