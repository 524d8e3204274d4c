"""MinerU's API (mineru-api 3): its shapes, what they mean here, its routes. What other protocols share is above."""
